using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Palimpsest.Common;

/// <summary>Reads small files of unknown origin whole: regular files of a bounded size. Opening a named pipe would wait for its other end, and a device may
/// never end.</summary>
public static partial class RegularFile
{
    // What is not UTF-8 would turn into U+FFFD.
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, or a link to one.</param>
    /// <param name="mostBytes">How long it may be.</param>
    /// <returns>The bytes, or null if there are more; no more than the bound is read.</returns>
    /// <exception cref="IOException">It is missing, or a folder, a pipe, a device or a socket; or it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not read it.</exception>
    public static byte[]? ReadBytes(string path, int mostBytes)
    {
        ArgumentNullException.ThrowIfNull(path);
        Check(path);
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        if (stream.Length > mostBytes)
        {
            return null;
        }

        // A file that grows meanwhile, or one of /proc, has more than it says.
        using MemoryStream read = new((int)stream.Length);
        byte[] buffer = new byte[1 << 16];
        while (stream.Read(buffer) is int count and > 0)
        {
            if (read.Length + count > mostBytes)
            {
                return null;
            }

            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }

    /// <summary>Reads a file of text, in UTF-8 or as its byte-order mark says; otherwise as <see cref="ReadBytes"/>.</summary>
    /// <param name="path">The file, or a link to one.</param>
    /// <param name="mostBytes">How long it may be.</param>
    /// <exception cref="IOException">As there, or it is not UTF-8.</exception>
    public static string? ReadText(string path, int mostBytes)
    {
        if (ReadBytes(path, mostBytes) is not byte[] bytes)
        {
            return null;
        }

        try
        {
            using StreamReader reader = new(new MemoryStream(bytes), s_strict);
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException error)
        {
            throw new IOException("it is not text in UTF-8; save it as UTF-8", error);
        }
    }

    /// <summary>Opens a file of any length to read from any place in it.</summary>
    /// <param name="path">The file, or a link to one.</param>
    /// <exception cref="IOException">It is missing, or a folder, a pipe, a device or a socket; or it cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not read it.</exception>
    public static SafeFileHandle Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Check(path);
        return File.OpenHandle(path);
    }

    /// <summary>Refuses what is no regular file, without opening it. What is missing is left to the opening.</summary>
    /// <param name="path">A path.</param>
    /// <exception cref="IOException">It names a folder, a pipe, a device or a socket.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("it is a folder, and a file is needed");
        }

        string? kind = (OperatingSystem.IsLinux() ? Mode(path) & 0xF000 : 0) switch
        {
            0x1000 => "a named pipe (FIFO)",
            0x2000 or 0x6000 => "a device",
            0xC000 => "a socket",
            _ => null,
        };
        if (kind is not null)
        {
            throw new IOException($"it is {kind}, and a file is needed; write what it holds into one");
        }
    }

    // .NET tells the type of what it has opened only. statx is the one call whose structure is the same on every Linux: the mode stands at byte 28 of 256.
    private static int Mode(string path)
    {
        const int CurrentFolder = -100, TypeOnly = 1;
        Span<byte> status = stackalloc byte[256];
        status.Clear();
        try
        {
            return Statx(CurrentFolder, path, 0, TypeOnly, ref MemoryMarshal.GetReference(status)) == 0 ? MemoryMarshal.Read<ushort>(status[28..]) : 0;
        }
        catch (EntryPointNotFoundException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte status);
}
