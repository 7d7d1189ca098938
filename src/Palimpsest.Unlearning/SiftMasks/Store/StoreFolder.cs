using System.Globalization;
using System.Security.Cryptography;
using Palimpsest.Common;
using Palimpsest.Numerics;
using Palimpsest.Runs;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>The files of a store. No name of an owner is in any of them but the ledger; masks and vectors are named by random numbers.</summary>
/// <param name="root">The store's folder.</param>
internal sealed class StoreFolder(string root)
{
    private const int Attempts = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly byte[] s_zeros = new byte[1 << 16];

    public string Root { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    public string Ledger => Path.Combine(Root, "ledger.db");

    public string Lock => Path.Combine(Root, "lock");

    public string Masks => Path.Combine(Root, "masks");

    public string Vectors => Path.Combine(Root, "vectors");

    /// <summary>An owner's mask; its name holds a part of its hash, so that a new mask never replaces the one that the ledger still names.</summary>
    public string Mask(string id, string sha256) => Path.Combine(Masks, $"{id}-{sha256[..16]}.mask");

    public string Vector(string id) => Path.Combine(Vectors, id + ".vector");

    /// <summary>The accumulator of a generation. Each operation writes the next one beside the old one, and the ledger's transaction decides which is true.</summary>
    public string Accumulator(long generation) => Path.Combine(Root, string.Create(CultureInfo.InvariantCulture, $"accumulator-{generation:D10}.sum"));

    /// <summary>Whether a path lies in the store.</summary>
    public bool Holds(string path) => Path.GetFullPath(path).StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The folder of a store that exists.</summary>
    /// <exception cref="PalimpsestException">There is none, or its ledger is lost; then it is said what is left.</exception>
    public static StoreFolder OfStore(string path)
    {
        StoreFolder folder = new(path);
        FileInfo ledger = new(folder.Ledger);
        if (ledger is { Exists: true, Length: > 0 })
        {
            return folder;
        }

        throw folder.LostLedger(ledger.Exists ? "is empty" : "is missing")
            ?? new PalimpsestException(ledger.Exists
                ? $"{path}: is a store that was not completed; delete the folder and make it again with 'palimpsest owners init'."
                : $"{path}: is no store of owners. Make one with 'palimpsest owners init {ShellText.Quote(path)}', or name another folder.");
    }

    /// <summary>What to do where the ledger is lost but what it describes is not; null if there is nothing else either.</summary>
    /// <param name="how">What is wrong with the ledger.</param>
    public PalimpsestException? LostLedger(string how)
    {
        int Files(string folder, string pattern) => Directory.Exists(folder) ? Guard(() => Directory.GetFiles(folder, pattern).Length) : 0;
        int sums = Files(Root, "accumulator-*.sum") - (File.Exists(Accumulator(0)) ? 1 : 0), masks = Files(Masks, "*.mask"),
            vectors = Files(Vectors, "*.vector");
        return sums + masks + vectors == 0 ? null : new PalimpsestException(
            $"{Ledger}: {how}, but the sum{(sums > 0 ? "" : " (of no owner)")}, {masks} masks and {vectors} kept vectors are there and were not "
                + "touched; do not delete them. Put the ledger back from a backup: if it is older than the sum, "
            + "'palimpsest owners rebuild' then makes the sum again from the owners' data and kept vectors. Without a backup the owners' names are "
                + "lost: make a new store with 'palimpsest owners init OTHER' and add the owners again from their data.");
    }

    /// <summary>Makes the folders that are not there, private to their user.</summary>
    /// <param name="closed">Whether those that were there become private, too.</param>
    /// <exception cref="PalimpsestException">They cannot be made.</exception>
    public void Create(bool closed) => Guard(() =>
    {
        foreach (string folder in new[] { Root, Masks, Vectors })
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
                continue;
            }

            const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Directory.CreateDirectory(folder, Private);
            if (closed)
            {
                File.SetUnixFileMode(folder, Private);
            }
        }

        return true;
    });

    /// <summary>Whether the folder holds at most what a killed 'owners init' leaves.</summary>
    public bool IsUnfinished() => Directory.EnumerateFileSystemEntries(Root).All(entry => entry == Accumulator(0) || entry == Lock || ((entry == Masks || entry == Vectors) && !Directory.EnumerateFileSystemEntries(entry).Any()));

    /// <summary>Takes away what there is of a store that could not be made; whoever calls holds its lock, which stays.</summary>
    public void Discard()
    {
        foreach (string file in new[] { Ledger, Ledger + "-wal", Ledger + "-shm", Ledger + "-journal", Accumulator(0) })
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The error that brought us here is the one to tell.
            }
        }
    }

    /// <summary>Turns errors of the file system into ones that a person can mend.</summary>
    public T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{Root}: the store cannot be used ({error.Message.TrimEnd('.')}). Free some space, make the folder "
                + "writable for you, or name another folder.", error);
        }
    }

    /// <summary>Erases what belongs to no operation that came true: other generations, masks and vectors of nobody, temporary files.</summary>
    /// <param name="generation">The true one.</param>
    /// <param name="owners">The owners there are.</param>
    public void Clean(long generation, IReadOnlyList<OwnerRecord> owners)
    {
        HashSet<string> kept = new(StringComparer.Ordinal) { Accumulator(generation) };
        foreach (OwnerRecord owner in owners)
        {
            kept.Add(Mask(owner.Id, owner.MaskSha256));
            if (owner.KeptVector)
            {
                kept.Add(Vector(owner.Id));
            }
        }

        string[] files = Guard(() => (string[])[.. Directory.GetFiles(Root, "accumulator-*"), .. Directory.GetFiles(Masks), .. Directory.GetFiles(Vectors), .. Directory.GetFiles(Root, "*.tmp")]);
        foreach (string file in files.Where(file => !kept.Contains(file)))
        {
            Erase(file);
        }
    }

    /// <summary>Overwrites a file with zeros, waits until they are on the disk, and deletes it. (Flash memory may keep old blocks where no program reaches them.)</summary>
    /// <exception cref="PalimpsestException">It cannot be deleted.</exception>
    public static void Erase(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        try
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    Overwrite(path);
                    break;
                }
                catch (IOException error) when (RunLock.IsHeld(error) && attempt < Attempts)
                {
                    Thread.Sleep(Pause); // somebody who serves the store is just reading it
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A copy-on-write file system wants room even for this; on a full disk deleting is all that can be done.
        }

        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: belongs to no owner of the store but cannot be deleted ({error.Message}). Make the folder writable and open the store again, which erases it.", error);
        }
    }

    /// <summary>Writes a mask.</summary>
    /// <returns>SHA-256 of its file.</returns>
    public string WriteMask(string id, BitMask mask)
    {
        using MemoryStream bytes = new((int)Math.Min(Array.MaxLength, (mask.Count / 8) + 64));
        mask.Write(bytes);
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        AtomicFile.Write(Mask(id, hash), bytes.WriteTo, onlyForUser: true);
        return hash;
    }

    /// <summary>SHA-256 of a file, lower-case hexadecimal; empty if the file is longer than it may be, which is not read then.</summary>
    public static string Hash(string path, long mostBytes)
    {
        RegularFile.Check(path);
        using FileStream stream = File.OpenRead(path);
        return stream.Length > mostBytes ? "" : Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static void Overwrite(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Write, FileShare.None, 0);
        for (long left = stream.Length; left > 0; left -= s_zeros.Length)
        {
            stream.Write(s_zeros, 0, (int)Math.Min(left, s_zeros.Length));
        }

        stream.Flush(flushToDisk: true);
    }
}
