using Palimpsest.Common;

namespace Palimpsest.Data.Files;

/// <summary>Files of examples as the readers need them: there, readable, and readable again.</summary>
internal static class DataFile
{
    /// <summary>Refuses a path under which there is no file.</summary>
    /// <exception cref="PalimpsestException">There is no such file, or it is a folder.</exception>
    public static string Existing(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
        {
            throw new PalimpsestException($"{path}: is a folder. Name a file in it.");
        }

        return File.Exists(path) ? path : throw new PalimpsestException($"{path}: there is no such file. Check the name; relative paths start at {Environment.CurrentDirectory}.");
    }

    /// <summary>Opens a file that can be read from any place.</summary>
    /// <exception cref="PalimpsestException">It cannot be opened, or is a folder, a pipe or a device.</exception>
    public static FileStream Open(string path, int bufferSize = 0)
    {
        return Guard(path, () =>
        {
            // Opening a pipe would wait for its other end.
            RegularFile.Check(path);
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize, FileOptions.SequentialScan);
        });
    }

    /// <summary>Turns errors of the file system into ones that a user can mend.</summary>
    public static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (UnauthorizedAccessException error)
        {
            throw new PalimpsestException($"{path}: you may not read this file. Change its permissions or choose another.", error);
        }
        catch (InvalidDataException error)
        {
            throw new PalimpsestException($"{path}: the gzip data is damaged ({error.Message}). Download or copy the file again.", error);
        }
        catch (IOException error)
        {
            throw new PalimpsestException($"{path}: cannot be read ({error.Message}). Check the disk and that no other program holds the file.", error);
        }
    }
}
