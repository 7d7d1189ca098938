using Palimpsest.Numerics;
using Palimpsest.Unlearning.Merging;

namespace Palimpsest.Tests.Unlearning.Merging;

/// <summary>Vectors that are made anew for every pass: how often, in which order, and that nobody keeps them.</summary>
public sealed class MergeStreamingTests
{
    private const int Entries = 200_000, Tasks = 48;

    private static readonly ParameterLayout s_layout = new([("a", [400, 400]), ("b", [40_000])]);

    [Theory]
    [InlineData("task-arithmetic", 1)]
    [InlineData("mean", 1)]
    [InlineData("ties", 1)]
    [InlineData("dare", 1)]
    [InlineData("dare-ties", 1)]
    [InlineData("breadcrumbs", 1)]
    [InlineData("tall-masks", 2)]
    [InlineData("consensus-tall", 2)]
    [InlineData("emr", 2)]
    [InlineData("localize-and-stitch", 1)]
    [InlineData("fisher", 1)]
    [InlineData("regmean", 1)]
    [InlineData("greedy-soup", 2)]
    public void Merge_RegeneratedVectors_AreMadeOncePerPassAndNotHeld(string name, int passes)
    {
        RegeneratedVectors tasks = new(Tasks), fishers = new(Tasks);
        MergeContext context = new() { Stream = new RandomStream(1), Fishers = fishers, Grams = new NoGrams(), Score = vector => vector[0] };
        IMergeMethod method = MergeMethods.Create(MergeMethods.Defaults(name), context);
        float[] merged = new float[Entries];
        long masks = 0, before = GC.GetAllocatedBytesForCurrentThread();
        method.Merge(tasks, merged, mask => masks += mask.Mask.PopCount());
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(passes * Tasks, tasks.Made);
        Assert.Equal(name is "tall-masks" or "emr", masks > 0);
        Assert.Contains(merged, value => value != 0);

        // Holding the vectors takes 4 bytes an entry for each of 48 tasks. Accumulators take at most 32 an entry; what passes by is a mask (1/8 of a byte an entry) and blocks of 8,192 entries for each task.
        const long accumulators = 32L * Entries, passing = Tasks * ((Entries / 8) + (6 * 8192 * 4L));
        Assert.True(allocated < accumulators + passing, $"{name} allocated {allocated} bytes, more than {accumulators + passing}");
        Assert.True(accumulators + passing < 4L * Entries * Tasks, "the bound would not notice vectors that are held");
    }

    [Fact]
    public void Slerp_RegeneratedVectors_AreMadeOnceEach()
    {
        RegeneratedVectors tasks = new(2);
        new Slerp(new SlerpOptions()).Merge(tasks, new float[Entries]);
        Assert.Equal(2, tasks.Made);
    }

    /// <summary>Makes a vector whenever another task is asked for, as training anew does, and counts how often.</summary>
    private sealed class RegeneratedVectors(int count) : ITaskVectors
    {
        private readonly float[] _vector = new float[Entries];
        private int _task = -1;

        public int Made { get; private set; }

        public int Count => count;

        public ParameterLayout Layout => s_layout;

        public void Read(int task, long offset, Span<float> target)
        {
            if (task != _task)
            {
                RandomStream stream = new(3, "task", $"{task}");
                foreach (ref float value in _vector.AsSpan())
                {
                    value = ((stream.NextUInt32() >> 8) / 16777216f) - 0.5f;
                }

                _task = task;
                Made++;
            }

            _vector.AsSpan((int)offset, target.Length).CopyTo(target);
        }
    }

    private sealed class NoGrams : IGramSource
    {
        public bool Has(string parameter) => false;

        public long Read(int task, string parameter, Span<double> gram) => throw new NotSupportedException();
    }
}
