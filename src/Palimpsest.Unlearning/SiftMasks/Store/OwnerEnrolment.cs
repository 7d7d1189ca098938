using System.Collections.Concurrent;
using Palimpsest.Torch;

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
        ConcurrentQueue<(string Name, Func<OwnerData> Read)> queue = new(missing);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using BlockingCollection<TunedOwner> tuned = new(workers);
        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, Math.Min(workers, Math.Max(1, missing.Length))).Select(_ => new Thread(Work) { IsBackground = true })];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        Task closing = Task.Run(() =>
        {
            Array.ForEach(threads, thread => thread.Join());
            tuned.CompleteAdding();
        }, CancellationToken.None);
        int count = 0;
        try
        {
            foreach (TunedOwner owner in tuned.GetConsumingEnumerable(CancellationToken.None))
            {
                OwnerRecord joined = store.Join(owner, vault);
                count++;
                added?.Invoke(joined);
            }
        }
        catch
        {
            ending.Cancel();
            while (tuned.TryTake(out _, Timeout.Infinite, CancellationToken.None))
            {
                // Workers that wait to hand over are let go.
            }

            throw;
        }

        closing.Wait(CancellationToken.None);
        stop.ThrowIfCancellationRequested();
        return failure switch
        {
            null => (count, owners.Count - missing.Length),
            PalimpsestException mistake => throw new PalimpsestException(mistake.Message, mistake),
            _ => throw new InvalidOperationException("A worker failed.", failure),
        };

        TunedOwner Tune(OwnerReplay replay, string name, Func<OwnerData> read)
        {
            try
            {
                return replay.Tune(name, read(), ending.Token);
            }
            catch (PalimpsestException problem)
            {
                string fixedSettings = problem.Message.Contains("--too-long", StringComparison.Ordinal) ? " (Of a store that is chosen once, with 'owners init --too-long'.)" : "";
                throw new PalimpsestException($"\"{name}\": {problem.Message}{fixedSettings}", problem);
            }
        }

        void Work()
        {
            try
            {
                using OwnerReplay replay = new(store, new TorchContext(threads: store.Settings.Tuning.Threads));
                while (!ending.IsCancellationRequested && queue.TryDequeue(out (string Name, Func<OwnerData> Read) next))
                {
                    tuned.Add(Tune(replay, next.Name, next.Read), CancellationToken.None);
                }
            }
            catch (OperationCanceledException)
            {
                // Told to stop; the owner is not added.
            }
#pragma warning disable CA1031 // An exception on a thread of its own would end the process; it is thrown again by the caller's thread.
            catch (Exception problem)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref failure, problem, null);
                ending.Cancel();
            }
        }
    }
}
