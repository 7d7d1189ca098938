using System.Collections.Concurrent;
using CsCheck;
using Palimpsest.Torch;
using Palimpsest.Training.Workers;

namespace Palimpsest.Tests.Training.Workers;

public sealed class WorkerPoolTests
{
    private static readonly Gen<(int Workers, int[] Items)> s_work = Gen.Select(Gen.Int[1, 6], Gen.Int[0, 40].Array[0, 30]);

    [Fact]
    public void Run_InOrder_GivesTheSameResultsForAnyNumberOfWorkers() => s_work.Sample((workers, items) =>
    {
        List<(int Item, double Result)> taken = [];
        Assert.True(new WorkerPool(workers).Run(items, Name, () => new Tool(), Work, (item, result) => taken.Add((item, result)), inOrder: true));
        Assert.Equal(items.Select(item => (item, Square(item))), taken);
    }, iter: 200);

    [Fact]
    public void Run_AsTheyCome_HandsOverEachOnceOnTheCallersThread() => s_work.Sample((workers, items) =>
    {
        int caller = Environment.CurrentManagedThreadId;
        List<double> taken = [];
        Assert.True(new WorkerPool(workers).Run(items, Name, () => new Tool(), Work, (item, result) =>
        {
            Assert.Equal(caller, Environment.CurrentManagedThreadId);
            Assert.Equal(Square(item), result);
            taken.Add(result);
        }));
        Assert.Equal(items.Select(Square).Order(), taken.Order());
    }, iter: 200);

    [Fact]
    public void Run_Workers_HaveTheirOwnThreadsAndResourcesAndWaitForTheCaller()
    {
        ConcurrentBag<Tool> tools = [];
        int started = 0, most = 0, taken = 0;
        TorchThreads.Use(2);
        new WorkerPool(3).Run(
            [.. Enumerable.Range(0, 50)],
            Name,
            () =>
            {
                Tool tool = new();
                tools.Add(tool);
                return tool;
            },
            (tool, item, _) =>
            {
                Assert.Equal((tool.Thread, 1), (Environment.CurrentManagedThreadId, TorchThreads.Count));
                Interlocked.Increment(ref started);
                return item;
            },
            (_, _) =>
            {
                Thread.Sleep(1);
                most = Math.Max(most, Volatile.Read(ref started) - taken++);
            },
            inOrder: true);
        Assert.InRange(most, 1, 6); // two places a worker
        Assert.Equal((50, 3, 2), (taken, tools.Count, TorchThreads.Count));
        Assert.Equal(3, tools.Select(tool => tool.Thread).Distinct().Count());
        Assert.All(tools, tool => Assert.Equal(tool.Thread, tool.DisposedOn));
    }

    [Fact]
    public void Run_FailingItem_KeepsWhatWasFinishedStopsTheOthersAndSaysWhich() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[0, 29], Gen.Bool).Sample((workers, failing, mendable) =>
    {
        List<int> taken = [];
        int started = 0;
        void Run() => new WorkerPool(workers).Run<Tool, int, int>(
            [.. Enumerable.Range(0, 30)],
            Name,
            () => new Tool(),
            (_, item, ending) =>
            {
                Interlocked.Increment(ref started);
                if (item > failing)
                {
                    ending.WaitHandle.WaitOne(); // told to stop
                    ending.ThrowIfCancellationRequested();
                }

                return item < failing ? item : throw (mendable ? new PalimpsestException("no data.") : new ArithmeticException("overflow"));
            },
            (item, _) => taken.Add(item),
            inOrder: true);
        Exception problem = mendable ? Assert.Throws<PalimpsestException>(Run) : Assert.Throws<InvalidOperationException>(Run);
        Assert.Equal($"\"item {failing}\": {(mendable ? "no data." : "overflow")}", problem.Message);
        Assert.NotNull(problem.InnerException);
        Assert.Equal(Enumerable.Range(0, taken.Count), taken);
        Assert.InRange(taken.Count, Math.Max(0, failing - workers + 1), failing);
        Assert.InRange(started, failing + 1, failing + workers);
    }, iter: 100);

    [Fact]
    public void Run_Stopped_EndsWithWhatWasHandedOver()
    {
        using CancellationTokenSource stop = new();
        List<int> taken = [];
        Assert.False(new WorkerPool(2).Run([.. Enumerable.Range(0, 1000)], Name, () => new Tool(), Work, (item, _) =>
        {
            taken.Add(item);
            if (taken.Count == 5)
            {
                stop.Cancel();
            }
        }, inOrder: true, stop.Token));
        Assert.Equal(Enumerable.Range(0, taken.Count), taken);
        Assert.InRange(taken.Count, 5, 9);
        stop.Cancel();
        Assert.False(new WorkerPool(2).Run([1, 2], Name, () => new Tool(), Work, (_, _) => Assert.Fail("nothing begins"), stop: stop.Token));
    }

    [Fact]
    public void Run_ResourceOrCallerThatFails_EndsAllThreads()
    {
        Assert.Equal("no model.",
            Assert.Throws<PalimpsestException>(() =>
            new WorkerPool(3).Run<Tool, int, int>([1, 2, 3], Name, () => throw new PalimpsestException("no model."), (_, item, _) => item, (_, _) =>
            { })).Message);
        ConcurrentBag<Tool> tools = [];
        Assert.Throws<IOException>(() => new WorkerPool(3).Run([.. Enumerable.Range(0, 100)], Name, () =>
        {
            Tool tool = new();
            tools.Add(tool);
            return tool;
        }, Work, (_, _) => throw new IOException("disk full")));
        Assert.All(tools, tool => Assert.Equal(tool.Thread, tool.DisposedOn));
    }

    private static string Name(int item) => $"item {item}";

    private static double Square(int item) => Math.Sqrt(item) * item;

    private static double Work(Tool tool, int item, CancellationToken stop)
    {
        Thread.SpinWait(item * 100);
        return Square(item);
    }

    private sealed class Tool : IDisposable
    {
        public int Thread { get; } = Environment.CurrentManagedThreadId;

        public int DisposedOn { get; private set; } = -1;

        public void Dispose() => DisposedOn = Environment.CurrentManagedThreadId;
    }
}
