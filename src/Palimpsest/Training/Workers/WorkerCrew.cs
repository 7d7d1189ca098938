using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Palimpsest.Torch;

namespace Palimpsest.Training.Workers;

/// <summary>Workers that stay: each on a thread of its own with a resource of its own, such as a model, through any number of runs. What they make is handed to
/// the caller's thread.</summary>
/// <remarks>
/// A resource is made when its worker first has something to do, and is made, used and disposed on that worker's thread. Items are given out in their order to
/// whoever is free, and no result depends on the number of workers as long as the work depends on its item alone. One rule for failures: the first one ends
/// the run, what is at work is told to stop, what was finished is still handed over, and the failure is thrown with its item's name; the crew can run again.
/// At most two results or items in work a worker exist at a time. One run at a time, from one thread.
/// </remarks>
/// <typeparam name="TResource">What a worker needs.</typeparam>
public sealed class WorkerCrew<TResource> : IDisposable
    where TResource : IDisposable
{
    private const int PlacesAWorker = 2;
    private readonly BlockingCollection<Action<Func<TResource>>>[] _runs;
    private readonly Thread[] _workers;
    private readonly int _threads;
    private ExceptionDispatchInfo? _leaving;
    private bool _left;

    /// <summary>Starts the threads.</summary>
    /// <param name="workers">Items worked on at the same time, at least 1.</param>
    /// <param name="open">Makes a worker's resource.</param>
    /// <param name="threads">Threads of libtorch's operations in each worker; the caller's number is put back after each run.</param>
    public WorkerCrew(int workers, Func<TResource> open, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        ArgumentNullException.ThrowIfNull(open);
        _threads = threads;
        _runs = [.. Enumerable.Range(0, workers).Select(_ => new BlockingCollection<Action<Func<TResource>>>())];
        _workers = [.. _runs.Select((runs, worker) => new Thread(() => Live(runs, open)) { IsBackground = true, Name = $"palimpsest worker {worker}" })];
        Array.ForEach(_workers, worker => worker.Start());
    }

    /// <summary>Works on all items.</summary>
    /// <typeparam name="TItem">What is worked on.</typeparam>
    /// <typeparam name="TResult">What comes of it.</typeparam>
    /// <param name="items">The items.</param>
    /// <param name="name">An item's name in messages.</param>
    /// <param name="work">Makes an item's result. Told to stop, it throws <see cref="OperationCanceledException"/>.</param>
    /// <param name="take">Gets each result on the caller's thread.</param>
    /// <param name="inOrder">Whether results are handed over in the items' order, so that floating-point sums have the same bits for any number of workers;
    /// otherwise as they come.</param>
    /// <param name="stop">Ends the run; what was handed over stays.</param>
    /// <returns>Whether all items were worked on; false if it was told to stop.</returns>
    /// <exception cref="PalimpsestException">The work on an item failed with such an error.</exception>
    /// <exception cref="InvalidOperationException">It failed in another way.</exception>
    public bool Run<TItem, TResult>(
        IReadOnlyList<TItem> items,
        Func<TItem, string> name,
        Func<TResource, TItem, CancellationToken, TResult> work,
        Action<TItem, TResult> take,
        bool inOrder = false,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(take);
        int count = Math.Min(_workers.Length, items.Count), running = count, given = -1, taken = 0;
        if (count == 0)
        {
            return true;
        }

        int callers = TorchThreads.Count;
        Exception? failure = null;
        TaskCompletionSource ended = new();
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using SemaphoreSlim places = new(PlacesAWorker * count);
        using BlockingCollection<(int Index, TResult Result)> finished = [];
        Array.ForEach(_runs[..count], runs => runs.Add(Work));
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
            ended.Task.Wait(CancellationToken.None);
            TorchThreads.Use(callers);
        }

        return failure is null ? taken == items.Count : throw failure;

        void Work(Func<TResource> open)
        {
            string? at = null;
            try
            {
                TorchThreads.Use(_threads);
                TResource resource = open();
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
                    ended.SetResult();
                }
            }
        }
    }

    /// <summary>Ends the threads and disposes their resources there; throws what failed in that.</summary>
    public void Dispose()
    {
        if (!_left)
        {
            _left = true;
            Array.ForEach(_runs, runs => runs.CompleteAdding());
            Array.ForEach(_workers, worker => worker.Join());
            Array.ForEach(_runs, runs => runs.Dispose());
            _leaving?.Throw();
        }
    }

    private void Live(BlockingCollection<Action<Func<TResource>>> runs, Func<TResource> open)
    {
        (TResource Resource, bool Open) own = default;
        foreach (Action<Func<TResource>> run in runs.GetConsumingEnumerable())
        {
            run(() => (own = own.Open ? own : (open(), true)).Resource);
        }

        try
        {
            if (own.Open)
            {
                own.Resource!.Dispose();
            }
        }
#pragma warning disable CA1031 // As above: whoever disposes the crew throws it again.
        catch (Exception problem)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _leaving, ExceptionDispatchInfo.Capture(problem), null);
        }
    }

    private static Exception Named(string? item, Exception problem)
    {
        string message = item is null ? problem.Message : $"\"{item}\": {problem.Message}";
        return problem is PalimpsestException
            ? new PalimpsestException(message, problem) : new InvalidOperationException(item is null ? $"A worker failed. {message}" : message, problem);
    }
}
