namespace Palimpsest.Runs;

/// <summary>The lock of a run folder: a file held open without sharing. The system frees it when the process ends, however it ends.</summary>
/// <remarks>The file is never deleted: another process could already hold the deleted one, and two would work on one run.</remarks>
internal sealed class RunLock : IDisposable
{
    // A listing looks at a lock for an instant; who wants to hold it tries again for half a second.
    private const int Attempts = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);
    private readonly FileStream _stream;

    private RunLock(FileStream stream) => _stream = stream;

    /// <summary>Creates the lock of a new folder, or gives null if another process was first.</summary>
    public static RunLock? TryCreate(string path)
    {
        try
        {
            return new RunLock(new FileStream(path, Options(FileMode.CreateNew)));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Takes the lock, or gives null if another process holds it.</summary>
    public static RunLock? TryTake(string path)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new RunLock(new FileStream(path, Options(FileMode.OpenOrCreate)));
            }
            catch (IOException error) when (IsHeld(error))
            {
                if (attempt == Attempts)
                    return null;
                Thread.Sleep(Pause);
            }
        }
    }

    /// <summary>Whether a process holds the lock at this moment. Where it cannot be told, the answer is yes.</summary>
    public static bool Held(string path)
    {
        try
        {
            // Shared with other readers, so that two listings do not take each other for a run.
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    public void Dispose() => _stream.Dispose();

    // EAGAIN of Linux and of macOS, sharing and lock violation of Windows.
    internal static bool IsHeld(IOException error) => (error.HResult & 0xFFFF) is 11 or 35 or 32 or 33;

    private static FileStreamOptions Options(FileMode mode)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
