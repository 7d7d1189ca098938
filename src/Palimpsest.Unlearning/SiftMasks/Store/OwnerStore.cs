using Palimpsest.Common;
using Palimpsest.Numerics;
using Palimpsest.Runs;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>A folder that holds the sum of many owners' task vectors on one base model, and a mask an owner: owners join, are served, and leave exactly.</summary>
/// <remarks>
/// arXiv 2504.04626, algorithm 1, with the sum in fixed point, so that what is left after an owner leaves equals, bit for bit, a sum that never held it. An operation writes the next accumulator (and the mask)
/// beside the old one, waits until they are on the disk, and becomes true with one transaction of the ledger; what a killed process leaves behind is erased when the store is opened again. One process at a
/// time changes it, while others may read; one thread at a time, but for <see cref="OwnerReplay"/>.
/// </remarks>
public sealed class OwnerStore : IDisposable
{
    private readonly StoreFolder _folder;
    private readonly RunLock? _lock; // null for one that only reads
    private readonly OwnerLedger _ledger;
    private readonly StoreSums _sums;
    private Dictionary<string, string> _names = []; // by what they look like

    private OwnerStore(StoreFolder folder, RunLock? held, OwnerLedger ledger, string? model)
    {
        (_folder, _lock, _ledger) = (folder, held, ledger);
        Settings = ledger.Settings();
        Model = model ?? Settings.Model;
        (Head, List<OwnerRecord> owners) = ledger.Snapshot();
        Set(owners);
        _sums = new StoreSums(folder, Settings.Count, Format);
    }

    /// <summary>What the store was made with.</summary>
    public StoreSettings Settings { get; }

    /// <summary>Name, folder or file of the base model: where it was, or where it was said to lie now.</summary>
    public string Model { get; }

    /// <summary>What was done when the store was opened, for people; empty if nothing was.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>The last line of the ledger.</summary>
    public LedgerEntry Head { get; private set; }

    /// <summary>Who is in the store, in the order in which they joined.</summary>
    public IReadOnlyList<OwnerRecord> Owners { get; private set; } = [];

    /// <summary>The grid of the sum.</summary>
    public FixedPointFormat Format { get; } = new();

    /// <summary>The store's folder.</summary>
    public string Path => _folder.Root;

    /// <summary>The sign that every entry's vectors share.</summary>
    public SignVector Signs => new(new RandomStream(Settings.Seed, "sift", "signs"), Settings.Count);

    /// <summary>Whether a path lies in the store's folder.</summary>
    public bool Holds(string path) => _folder.Holds(path);

    internal StoreFolder Folder => _folder;

    internal SumCheck Check => new(new RandomStream(Settings.Seed, "sift", "check"));

    /// <summary>Makes an empty store.</summary>
    /// <param name="path">A folder that does not exist or is empty.</param>
    /// <param name="model">Name, folder or file of the base model.</param>
    /// <param name="tuning">How every owner will be tuned.</param>
    /// <param name="alpha">Factor of served vectors.</param>
    /// <param name="seed">Seed of signs and streams; drawn from the system if null, so that nobody can choose data by it.</param>
    /// <param name="divisor">What the sum is divided by when an owner is served.</param>
    /// <exception cref="PalimpsestException">The folder is in use, the model cannot be loaded, or a setting makes no sense.</exception>
    public static OwnerStore Create(string path, string model, OwnerTuning tuning, double alpha = 1, long? seed = null, SiftDivisor divisor = SiftDivisor.Owners)
    {
        RunLock held = StoreCreation.Run(path, model, tuning, alpha, seed, divisor);
        return Open(new StoreFolder(path), held, null);
    }

    /// <summary>Opens a store for this process alone, erases what a killed process left, and writes the receipt that it could not write any more.</summary>
    /// <param name="path">The store's folder.</param>
    /// <param name="model">Where the base model lies now; null if where it was.</param>
    /// <exception cref="PalimpsestException">There is no store, another process works on it, or its ledger is damaged.</exception>
    public static OwnerStore Open(string path, string? model = null)
    {
        StoreFolder folder = StoreFolder.OfStore(path);
        RunLock held = folder.Guard(() => RunLock.TryTake(folder.Lock))
            ?? throw new PalimpsestException($"{path}: another process works on this store. Wait until it has ended.");
        return Open(folder, held, model);
    }

    /// <summary>Opens a store to read it while others may change it: <see cref="Refresh"/> takes up what they did.</summary>
    /// <inheritdoc cref="Open(string, string?)"/>
    public static OwnerStore OpenToRead(string path, string? model = null)
    {
        StoreFolder folder = StoreFolder.OfStore(path);
        IReadOnlyList<string> notes = [];
        if (folder.Guard(() => RunLock.TryTake(folder.Lock)) is RunLock held)
        {
            // Nobody is at work, so that this is the moment to clear up after a killed process.
            using OwnerStore cleared = Open(folder, held, model);
            notes = cleared.Notes;
        }

        OwnerLedger ledger = OwnerLedger.Open(folder.Ledger, reading: true);
        try
        {
            return new OwnerStore(folder, null, ledger, model) { Notes = notes };
        }
        catch
        {
            ledger.Dispose();
            throw;
        }
    }

    private static OwnerStore Open(StoreFolder folder, RunLock held, string? model)
    {
        OwnerLedger? ledger = null;
        try
        {
            ledger = OwnerLedger.Open(folder.Ledger);
            folder.Create(closed: false);
            OwnerStore store = new(folder, held, ledger, model);

            store.Clean();
            store.Notes = LateReceipts.Write(store, ledger);
            return store;
        }
        catch
        {
            ledger?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>Takes up what another process has done to a store that is opened to read.</summary>
    /// <returns>Whether anything has changed.</returns>
    /// <exception cref="PalimpsestException">The ledger is damaged.</exception>
    public bool Refresh()
    {
        if (_lock is not null)
        {
            return false;
        }

        (LedgerEntry last, List<OwnerRecord> owners) = _ledger.Snapshot();
        if (last.Sequence == Head.Sequence && last.Hash == Head.Hash)
        {
            return false;
        }

        Head = last;
        Set(owners);
        return true;
    }

    /// <summary>An owner by name.</summary>
    /// <exception cref="PalimpsestException">There is no such owner.</exception>
    public OwnerRecord Find(string name) => Owners.FirstOrDefault(owner => owner.Name == name)
        ?? throw new PalimpsestException($"{Path}: there is no owner \"{ShownText.Cut(name)}\". "
            + $"{(NearestName.Find(name, Owners.Select(owner => owner.Name)) is string near ? $"Did you mean \"{near}\"? " : "")}"
            + $"'palimpsest owners list' shows all {Owners.Count}.");

    /// <summary>Refuses a name that cannot join.</summary>
    /// <exception cref="PalimpsestException">The name is there already, looks like one that is, or cannot be a name.</exception>
    public void CheckNew(string name)
    {
        OwnerName.Check(name);
        if (_names.TryGetValue(OwnerName.Skeleton(name), out string? like))
        {
            throw new PalimpsestException(like == name
                ? $"{Path}: the owner \"{name}\" is there already. To put new data in place of the old, forget it first."
                : $"{Path}: \"{name}\" looks like the owner \"{like}\", who is there already. Choose a name that nobody can mistake for it.");
        }
    }

    /// <summary>Puts a tuned owner into the store.</summary>
    /// <param name="tuned">Made by <see cref="OwnerReplay"/> of this store.</param>
    /// <param name="vault">Keeps the vector, encrypted; null to keep none.</param>
    /// <exception cref="PalimpsestException">The name cannot join, the accumulator is damaged, or the disk is full; nothing was changed.</exception>
    internal OwnerRecord Join(TunedOwner tuned, VectorVault? vault)
    {
        CheckNew(tuned.Name);
        string id = StoreCreation.NewId();
        (string mask, string after) = Prepare(() =>
        {
            string written = _folder.WriteMask(id, tuned.Mask);
            vault?.Write(_folder.Vector(id), id, tuned.Vector, Format);
            return (written, _sums.WriteNext(Head, Owners.Count, tuned.Vector, add: true));
        });
        OwnerRecord owner = new(id, tuned.Name, LedgerEntry.Now(), tuned.Mask.Density, mask, tuned.SumCheck, vault is not null, tuned.Manifest);
        return Finish([Head.Next("add", id, after, tuned.Manifest.VectorSha256, Owners.Count + 1)], added: owner) is PalimpsestException problem ? throw problem : owner;
    }

    /// <summary>Takes an owner out: its vector, which the caller has checked, from the sum, and its mask, vector and row.</summary>
    /// <param name="owner">The owner.</param>
    /// <param name="vector">Its vector.</param>
    /// <param name="receipts">Makes the receipt, from the line that will be written; it comes true with the leaving.</param>
    /// <returns>What could not be erased although the owner has left, or null.</returns>
    /// <exception cref="PalimpsestException">The accumulator is damaged, or the disk is full; nothing was changed.</exception>
    internal PalimpsestException? Leave(OwnerRecord owner, float[] vector, Func<IReadOnlyList<LedgerEntry>, IReadOnlyList<PendingReceipt>>? receipts = null)
    {
        string after = Prepare(() => _sums.WriteNext(Head, Owners.Count, vector, add: false));
        return Finish([Head.Next("forget", owner.Id, after, owner.Manifest.VectorSha256, Owners.Count - 1)], removed: [owner], receipts: receipts);
    }

    /// <summary>Puts a newly made sum in place of the old one, with new manifests.</summary>
    /// <param name="fill">Fills the sum, and the list of owners.</param>
    /// <param name="owners">Those that stay.</param>
    /// <param name="leaving">Those that are not in the new sum; each gets a line of the ledger.</param>
    /// <param name="receipts">Makes the receipts of those who leave, from the lines that will be written.</param>
    /// <returns>What could not be erased although the new sum holds, or null.</returns>
    internal PalimpsestException? Replace(
        Action<FixedPointAccumulator> fill, IReadOnlyList<OwnerRecord> owners, IReadOnlyList<OwnerRecord> leaving, Func<IReadOnlyList<LedgerEntry>,
            IReadOnlyList<PendingReceipt>>? receipts = null)
    {
        string after = Prepare(() => _sums.Write(Head.Sequence + Math.Max(1, leaving.Count), fill));
        List<LedgerEntry> lines = leaving.Count == 0 ? [Head.Next("rebuild", "", after, "", owners.Count)] : [];
        foreach (OwnerRecord owner in leaving)
        {
            lines.Add((lines.Count == 0 ? Head : lines[^1]).Next("forget", owner.Id, after, owner.Manifest.VectorSha256, Owners.Count - lines.Count - 1));
        }

        return Finish(lines, removed: leaving, changed: owners, receipts: receipts);
    }

    /// <summary>The sum as it stands.</summary>
    /// <exception cref="PalimpsestException">The file is missing or not the one that the ledger names.</exception>
    internal FixedPointAccumulator OpenSum() => _sums.Open(Head, Owners.Count);

    /// <summary>An owner's mask.</summary>
    /// <exception cref="PalimpsestException">The file is missing or damaged; only this owner is concerned.</exception>
    internal BitMask ReadMask(OwnerRecord owner)
    {
        string path = _folder.Mask(owner.Id, owner.MaskSha256);
        if (!File.Exists(path) || _folder.Guard(() => StoreFolder.Hash(path, mostBytes: (Settings.Count / 8) + 64)) != owner.MaskSha256)
        {
            throw new PalimpsestException($"{path}: the mask of \"{owner.Name}\" is missing or damaged. {(Settings.Divisor == SiftDivisor.Masks ? "All owners are served through it, since the sum is divided by masks." : "The other owners are not concerned.")} 'palimpsest owners rebuild' makes it again.");
        }

        using FileStream stream = File.OpenRead(path);
        return BitMask.Read(stream, Settings.Count, path);
    }

    /// <summary>All lines of the ledger, each checked against the one before.</summary>
    /// <exception cref="PalimpsestException">The chain is broken.</exception>
    public IReadOnlyList<LedgerEntry> History()
    {
        List<LedgerLine> lines = _ledger.Lines();
        if (lines.Find(line => !line.IsIntact) is LedgerLine changed)
        {
            throw new PalimpsestException($"{Path}: line {changed.Entry.Sequence} of the ledger does not have the hash that is written beside it: it "
                + "was changed after it was written. The owners and the sum are not concerned; restore ledger.db from a backup to have the line again.");
        }

        List<LedgerEntry> all = [.. lines.Select(line => line.Entry)];
        for (int i = 0; i < all.Count; i++)
        {
            if (all[i].Sequence != i || all[i].Previous != (i == 0 ? "" : all[i - 1].Hash) || (i > 0 && all[i].Before != all[i - 1].After))
            {
                throw new PalimpsestException($"{Path}: line {i} of the ledger does not follow from the one before; lines were changed or taken out.");
            }
        }

        return all;
    }

    /// <summary>All lines of the ledger as they stand, also where the chain is broken.</summary>
    internal IReadOnlyList<LedgerLine> Lines() => _ledger.Lines();

    /// <summary>Erases a receipt that is in its file now.</summary>
    internal void Delivered(string subject) => _ledger.Settle(subject);

    /// <inheritdoc/>
    public void Dispose()
    {
        _ledger.Dispose();
        _lock?.Dispose();
    }

    private void Set(IReadOnlyList<OwnerRecord> owners)
    {
        Owners = owners;
        _names = [];
        foreach (OwnerRecord owner in owners)
        {
            _names.TryAdd(OwnerName.Skeleton(owner.Name), owner.Name);
        }
    }

    // Where the ledger's own sum is missing, the ledger may be an old copy, and what seems to be nobody's is all that there is.
    private void Clean()
    {
        if (File.Exists(_folder.Accumulator(Head.Sequence)))
        {
            _folder.Clean(Head.Sequence, Owners);
        }
    }

    // What a failed operation has written so far is nobody's, and on a full disk others need the room.
    private T Prepare<T>(Func<T> write)
    {
        if (_lock is null)
        {
            throw new InvalidOperationException("This store was opened to read.");
        }

        try
        {
            return write();
        }
        catch
        {
            Clean();
            throw;
        }
    }

    private PalimpsestException? Finish(
        IReadOnlyList<LedgerEntry> lines, OwnerRecord? added = null, IReadOnlyList<OwnerRecord>? removed = null, IReadOnlyList<OwnerRecord>? changed = null,
        Func<IReadOnlyList<LedgerEntry>, IReadOnlyList<PendingReceipt>>? receipts = null)
    {
        // A commit that failed in its last moment may still come true when the store is opened again, so its files stay until then.
        _ledger.Commit(lines, added, removed, changed, receipts?.Invoke(lines));
        Head = lines[^1];
        Set([.. changed ?? Owners.Where(owner => removed?.Any(gone => gone.Id == owner.Id) != true), .. added is null ? Array.Empty<OwnerRecord>() : [added]]);
        try
        {
            // The old sum goes before the log is cut: on a full disk cutting needs its room.
            Clean();
            _ledger.CutLog();
            return null;
        }
        catch (PalimpsestException problem)
        {
            // It is true by now; the caller says what is left to erase.
            return problem;
        }
    }
}
