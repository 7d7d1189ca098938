using Palimpsest.Torch;
using Palimpsest.Training.Workers;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>Puts many owners into a store: workers of a few threads each make vectors side by side, one writer adds them as they come. Who is in the store already is passed over, so a stopped enrolment just goes on.</summary>
/// <param name="store">The store.</param>
/// <param name="keyFile">Key under which vectors are kept; null to keep none.</param>
public sealed class OwnerEnrolment(OwnerStore store, string? keyFile = null)
{
    /// <summary>Adds owners. What they are called decides nothing about the result: the sum is the same in any order and for any number of workers.</summary>
    /// <param name="owners">Names and how to read their data.</param>
    /// <param name="workers">Vectors made at the same time; each worker holds the model once.</param>
    /// <param name="added">Called after each owner is in the store.</param>
    /// <param name="stop">Ends it; who was added stays.</param>
    /// <returns>How many were added, and how many were there already.</returns>
    /// <exception cref="PalimpsestException">A name, an owner's data or the store does not fit; who was added before stays.</exception>
    public (int Added, int There) Add(IReadOnlyList<(string Name, Func<OwnerData> Read)> owners, int workers = 1, Action<OwnerRecord>? added = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(owners);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        HashSet<string> there = [.. store.Owners.Select(owner => owner.Name)];
        (string Name, Func<OwnerData> Read)[] missing = [.. owners.Where(owner => !there.Contains(owner.Name))];
        // A name given twice is refused even if it is in the store, where the second file would be passed over; look-alikes among those that would join.
        string[] names = [.. owners.Select(owner => owner.Name).GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1).SelectMany(group => group), .. missing.Select(owner => owner.Name).Distinct(StringComparer.Ordinal)];
        foreach (string[] alike in names.GroupBy(OwnerName.Skeleton, StringComparer.Ordinal).Select(group => group.ToArray()).Where(group => group.Length > 1))
        {
            throw new PalimpsestException($"\"{alike[0]}\" and \"{alike[1]}\" are the same name or look alike. Choose names that nobody can mistake for each other, or put one owner's data into one file.");
        }

        foreach ((string name, _) in missing)
        {
            store.CheckNew(name);
        }

        VectorVault? vault = keyFile is null ? null : VectorVault.Open(keyFile, create: true);
        int count = 0;
        bool all = new WorkerPool(workers, store.Settings.Tuning.Threads).Run(
            missing,
            owner => owner.Name,
            () => new OwnerReplay(store, new TorchContext(threads: store.Settings.Tuning.Threads)),
            (replay, owner, ending) => Tune(replay, owner.Name, owner.Read, ending),
            (_, owner) =>
            {
                OwnerRecord joined = store.Join(owner, vault);
                count++;
                added?.Invoke(joined);
            },
            stop: stop);
        return all ? (count, owners.Count - missing.Length) : throw new OperationCanceledException(stop);
    }

    private static TunedOwner Tune(OwnerReplay replay, string name, Func<OwnerData> read, CancellationToken stop)
    {
        try
        {
            return replay.Tune(name, read(), stop);
        }
        catch (PalimpsestException problem) when (problem.Message.Contains("data.too_long", StringComparison.Ordinal))
        {
            throw new PalimpsestException($"{problem.Message} (Of a store that is chosen once, when it is made.)", problem);
        }
    }
}
