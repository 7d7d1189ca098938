namespace Palimpsest.Training.Workers;

/// <summary>Workers side by side for one run, each on a thread of its own with a resource of its own: owners that are tuned, parts of a comparison. The rules
/// are those of the <see cref="WorkerCrew{TResource}"/> that it engages.</summary>
/// <param name="workers">Items worked on at the same time, at least 1.</param>
/// <param name="threads">Threads of libtorch's operations in each worker; the caller's number is put back.</param>
public sealed class WorkerPool(int workers, int threads = 1)
{
    /// <summary>Works on all items.</summary>
    /// <typeparam name="TResource">What a worker needs.</typeparam>
    /// <typeparam name="TItem">What is worked on.</typeparam>
    /// <typeparam name="TResult">What comes of it.</typeparam>
    /// <param name="items">The items.</param>
    /// <param name="name">An item's name in messages.</param>
    /// <param name="open">Makes a worker's resource, on its thread; disposed there.</param>
    /// <param name="work">Makes an item's result. Told to stop, it throws <see cref="OperationCanceledException"/>.</param>
    /// <param name="take">Gets each result on the caller's thread.</param>
    /// <param name="inOrder">Whether results are handed over in the items' order.</param>
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
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        using WorkerCrew<TResource> crew = new(Math.Clamp(items.Count, 1, workers), open, threads);
        return crew.Run(items, name, work, take, inOrder, stop);
    }

    /// <summary>The same for work that needs no resource.</summary>
    /// <inheritdoc cref="Run{TResource, TItem, TResult}"/>
    public bool Run<TItem, TResult>(IReadOnlyList<TItem> items, Func<TItem, string> name, Func<TItem, CancellationToken, TResult> work,
        Action<TItem, TResult> take, bool inOrder = false, CancellationToken stop = default) =>
        Run(items, name, () => default(Nothing), (_, item, ending) => work(item, ending), take, inOrder, stop);

    private readonly struct Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
