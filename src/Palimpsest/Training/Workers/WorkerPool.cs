using System.Collections.Concurrent;
using Palimpsest.Torch;

namespace Palimpsest.Training.Workers;

/// <summary>Workers side by side, each on a thread of its own with a resource of its own, such as a model: owners that are tuned, clients of a round. What they
/// make is handed to the caller's thread.</summary>
/// <remarks>
/// Items are given out in their order to whoever is free, and no result depends on the number of workers as long as the work depends on its item alone. One
/// rule for failures: the first one ends the handing out, what runs is
/// told to stop, what was finished is still handed over, and the failure is thrown with its item's name. At most two results or items in work a worker exist at
/// a time.
/// </remarks>
/// <param name="workers">Items worked on at the same time, at least 1.</param>
/// <param name="threads">Threads of libtorch's operations in each worker; the caller's number is put back.</param>
public sealed class WorkerPool(int workers, int threads = 1)
{
    private const int PlacesAWorker = 2;

    /// <summary>Works on all items.</summary>
    /// <typeparam name="TResource">What a worker needs.</typeparam>
    /// <typeparam name="TItem">What is worked on.</typeparam>
    /// <typeparam name="TResult">What comes of it.</typeparam>
    /// <param name="items">The items.</param>
    /// <param name="name">An item's name in messages.</param>
    /// <param name="open">Makes a worker's resource, on its thread; disposed there.</param>
    /// <param name="work">Makes an item's result. Told to stop, it throws <see cref="OperationCanceledException"/>.</param>
    /// <param name="take">Gets each result on the caller's thread.</param>
    /// <param name="inOrder">Whether results are handed over in the items' order, so that floating-point sums have the same bits for any number of workers;
    /// otherwise as they come.</param>
    /// <param name="stop">Ends the work; what was handed over stays.</param>
    /// <returns>Whether all items were worked on; false if it was told to stop.</returns>
    /// <exception cref="PalimpsestException">The work on an item failed with such an error.</exception>
    /// <exception cref="InvalidOperationException">It failed in another way.</exception>
    public bool Run<TResource, TItem, TResult>(
        IReadOnlyList<TItem> items,
        Func<TItem, string> name,
        Func<TResource> open,
        Func<TResource, TItem, CancellationToken, TResult> work,
        Action<TItem, TResult> take,
        bool inOrder = false,
        CancellationToken stop = default)
        where TResource : IDisposable
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(take);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        int count = Math.Min(workers, items.Count), running = count, given = -1, taken = 0;
        if (count == 0)
        {
            return true;
        }

        int callers = TorchThreads.Count;
        Exception? failure = null;
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using SemaphoreSlim places = new(PlacesAWorker * count);
        using BlockingCollection<(int Index, TResult Result)> finished = [];
        Thread[] pool = [.. Enumerable.Range(0, count).Select(worker => new Thread(Work) { IsBackground = true, Name = $"palimpsest worker {worker}" })];
        Array.ForEach(pool, thread => thread.Start());
        try
        {
            Dictionary<int, TResult> waiting = [];
            foreach ((int index, TResult result) in finished.GetConsumingEnumerable(CancellationToken.None))
            {
                waiting.Add(index, result);
                for (int next = inOrder ? taken : index; waiting.Remove(next, out TResult? ready); next = inOrder ? taken : index)
                {
                    take(items[next], ready);
                    taken++;
                    places.Release();
                }
            }
        }
        finally
        {
            ending.Cancel();
            Array.ForEach(pool, thread => thread.Join());
            TorchThreads.Use(callers);
        }

        return failure is null ? taken == items.Count : throw failure;

        void Work()
        {
            string? at = null;
            try
            {
                TorchThreads.Use(threads);
                using TResource resource = open();
                while (true)
                {
                    // The place comes before the item, so that the next item in order is always one that somebody works on.
                    // (A wait that is told to stop still takes a place that comes free at that moment.)
                    places.Wait(ending.Token);
                    ending.Token.ThrowIfCancellationRequested();
                    int index = Interlocked.Increment(ref given);
                    if (index >= items.Count)
                    {
                        return;
                    }

                    at = name(items[index]);
                    finished.Add((index, work(resource, items[index], ending.Token)), CancellationToken.None);
                    at = null;
                }
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // Told to stop.
            }
#pragma warning disable CA1031 // An exception on a thread of its own would end the process; the caller's thread throws it again.
            catch (Exception problem)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref failure, Named(at, problem), null);
                ending.Cancel();
            }
            finally
            {
                if (Interlocked.Decrement(ref running) == 0)
                {
                    finished.CompleteAdding();
                }
            }
        }
    }

    /// <summary>The same for work that needs no resource.</summary>
    /// <inheritdoc cref="Run{TResource, TItem, TResult}"/>
    public bool Run<TItem, TResult>(IReadOnlyList<TItem> items, Func<TItem, string> name, Func<TItem, CancellationToken, TResult> work,
        Action<TItem, TResult> take, bool inOrder = false, CancellationToken stop = default) =>
        Run(items, name, () => default(Nothing), (_, item, ending) => work(item, ending), take, inOrder, stop);

    private static Exception Named(string? item, Exception problem)
    {
        string message = item is null ? problem.Message : $"\"{item}\": {problem.Message}";
        return problem is PalimpsestException
            ? new PalimpsestException(message, problem) : new InvalidOperationException(item is null ? $"A worker failed. {message}" : message, problem);
    }

    private readonly struct Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
