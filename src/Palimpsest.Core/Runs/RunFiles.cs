using System.Globalization;
using Palimpsest.Common;

namespace Palimpsest.Runs;

/// <summary>Files and folders of a run: their names, and how they are made.</summary>
internal static class RunFiles
{
    public const string Info = "run.json", Recipe = "recipe.yaml", Metrics = "metrics.jsonl", Lock = "lock", Result = "result.json";

    // Raw results of many seeds take some megabytes.
    private const int MostBytes = 1 << 28;

    /// <summary>Makes a folder that no other process makes at the same time, and its lock.</summary>
    public static (string Path, RunLock Held) Claim(string root, string name) => Guard(root, () =>
    {
        root = Directory.CreateDirectory(root).FullName;
        for (int number = 1; ; number++)
        {
            string path = Path.Combine(root, number == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"));
            if (Path.Exists(path))
                continue;

            // Two processes may both find the name free and make the folder; only one of them can create the lock.
            PrivateFolder(path);
            if (RunLock.TryCreate(Path.Combine(path, Lock)) is { } held)
                return (path, held);
        }
    });

    /// <summary>Makes a folder that only its user can look into.</summary>
    public static void PrivateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>What run.json says.</summary>
    public static RunInfo Stored(string path)
    {
        string file = Path.Combine(path, Info);
        if (!File.Exists(file))
            throw new PalimpsestException($"{path}: this is no run folder, for it has no {Info}. Name the folder of one run, like runs/20260131-142500-finetune.");
        return RunInfo.FromJson(ReadText(file), file);
    }

    /// <summary>Reads a file of JSON whole: a regular one, of a length that a run writes.</summary>
    public static string ReadText(string file) => Guard(file, () => RegularFile.ReadText(file, MostBytes))
        ?? throw new PalimpsestException($"{file}: has more than {MostBytes >> 20} MiB and was not written by Palimpsest. Restore it from a copy, or "
            + "start the recipe again.");

    /// <summary>Turns errors of the file system into ones that a user can mend.</summary>
    public static T Guard<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: the run folder cannot be used ({error.Message.TrimEnd('.')}). Free some space, check its permissions, or choose another folder.", error);
        }
    }
}
