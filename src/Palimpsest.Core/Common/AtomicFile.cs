using System.Text;

namespace Palimpsest.Common;

/// <summary>Writes a file whole or not at all: to a temporary name in the same folder, flushed to the disk, then renamed.</summary>
public static class AtomicFile
{
    /// <summary>Writes through <paramref name="write"/>; on any failure the old file stays as it was and the temporary one is removed.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="onlyForUser">Whether other users of the machine are kept from reading the file (mode 0600; no effect on Windows).</param>
    /// <exception cref="PalimpsestException">The folder cannot be written to, or the disk is full.</exception>
    public static void Write(string path, Action<Stream> write, bool onlyForUser = false)
    {
        ArgumentNullException.ThrowIfNull(write);
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
            if (onlyForUser && !OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (FileStream stream = new(temporary, options))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException || IsTooLarge(error))
        {
            TryDelete(temporary);
            throw new PalimpsestException($"{path}: cannot be written ({error.Message}). Nothing was left half-written. Free some space or choose another folder.", error);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Writes text as UTF-8 without a byte-order mark.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="text">The content.</param>
    /// <param name="onlyForUser">Whether other users of the machine are kept from reading the file.</param>
    /// <exception cref="PalimpsestException">The folder cannot be written to, or the disk is full.</exception>
    public static void WriteText(string path, string text, bool onlyForUser = false) => Write(path, stream => stream.Write(new UTF8Encoding(false).GetBytes(text)), onlyForUser);

    // .NET reports a file beyond the limit of the file system, or of the user, as a wrong argument.
    private static bool IsTooLarge(Exception error) => error is ArgumentOutOfRangeException { ParamName: "value" };

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The write has failed already; the message of that failure is the one to see.
        }
    }
}
