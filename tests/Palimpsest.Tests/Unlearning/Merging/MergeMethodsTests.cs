using CsCheck;
using Palimpsest.Numerics;
using Palimpsest.Runs.Recipes;
using Palimpsest.Unlearning.Merging;
using static Palimpsest.Tests.Unlearning.MergingData;

namespace Palimpsest.Tests.Unlearning.Merging;

public sealed class MergeMethodsTests
{
    private static readonly string[] s_orderless = ["task-arithmetic", "mean", "ties", "breadcrumbs", "tall-masks", "consensus-tall", "emr", "localize-and-stitch"];

    private static readonly MergeContext s_context = new() { Stream = new RandomStream(2) };

    // Multiples of 1/8, so that sums are exact and ties are frequent.
    private static readonly Gen<float[][]> s_vectors = Gen.Int[1, 90].SelectMany(length => Gen.Int[-16, 16].Select(i => i / 8f).Array[length].Array[1, 6]);

    [Fact]
    public void Merge_OrderOfTasks_DoesNotMatter() => Gen.Select(s_vectors, Gen.Int).Sample((vectors, seed) =>
    {
        float[][] shuffled = [.. vectors];
        new RandomStream(seed).Shuffle(shuffled.AsSpan());
        foreach (string name in s_orderless)
        {
            IMergeMethod method = MergeMethods.Create(MergeMethods.Defaults(name), s_context);
            Assert.Equal(Merge(method, new HeldTaskVectors(Flat(vectors[0].Length), vectors)), Merge(method, new HeldTaskVectors(Flat(vectors[0].Length), shuffled)));
        }
    });

    [Fact]
    public void Merge_OneTask_ComesBackWhereAMethodOnlyResolvesConflicts() => s_vectors.Sample(vectors =>
    {
        HeldTaskVectors one = new(Flat(vectors[0].Length), [vectors[0]]);
        foreach (IMergeMethod method in (IMergeMethod[])[new TaskArithmetic(new TaskArithmeticOptions()), new Ties(new TiesOptions { Density = 1 }), new Emr(new EmrOptions()), new TallMasks(new TallMasksOptions()),
            new LocalizeAndStitch(new LocalizeAndStitchOptions { Density = 1 }), new Dare(new DareOptions { DropRate = 0 }, new RandomStream(1), new TaskArithmetic(new TaskArithmeticOptions()))])
        {
            Assert.Equal(vectors[0], Merge(method, one, mask =>
            {
                float[] served = new float[vectors[0].Length];
                mask.Serve(vectors[0], served);
                Assert.Equal(vectors[0], served);
            }));
        }
    });

    [Fact]
    public void Dare_SameStream_DropsTheSameAndAboutAsManyAsItSays()
    {
        HeldTaskVectors ones = new(Flat(100_000), [[.. Enumerable.Repeat(1f, 100_000)], [.. Enumerable.Repeat(1f, 100_000)]]);
        float[] first = All(Dropped(5)), again = All(Dropped(5)), other = All(Dropped(6));
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.NotEqual(first[..100_000], first[100_000..]);
        Assert.All(first, value => Assert.True(value is 0 || Math.Abs(value - 10) < 1e-5));

        // 20,000 expected of 200,000; the standard deviation is 134.
        Assert.InRange(first.Count(value => value != 0), 19_330, 20_670);

        ITaskVectors Dropped(long seed) => new Dare(new DareOptions(), new RandomStream(seed), new TaskArithmetic(new TaskArithmeticOptions())).Changed(ones);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Merge_ValueThatIsNotFinite_IsRefusedByTaskAndEntry(float bad)
    {
        HeldTaskVectors tasks = new(Flat(20), [new float[20], [.. new float[13], bad, .. new float[6]]]);
        foreach (IMergeMethod method in (IMergeMethod[])[new TaskArithmetic(new TaskArithmeticOptions()), new Ties(new TiesOptions { Density = 1 }), new Emr(new EmrOptions()), new TallMasks(new TallMasksOptions()), new Slerp(new SlerpOptions()),
            new LocalizeAndStitch(new LocalizeAndStitchOptions()), new GreedySoup(new GreedySoupOptions(), _ => 0), new FisherMerge(new FisherMergeOptions(), new HeldTaskVectors(Flat(20), [new float[20], new float[20]]))])
        {
            Assert.Contains("Entry 13 of task 1", Assert.Throws<PalimpsestException>(() => Merge(method, tasks)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Of_NamesAndSettings_AreCheckedByName()
    {
        // One type of options a name, so that a recipe can be written back.
        Assert.All(MergeMethods.Choices, choice => Assert.Equal(choice.Key, RecipeChoices.NameOf(MergeMethods.Defaults(choice.Key))));
        Assert.All(MergeMethods.Choices.Keys, name => Assert.Empty(MergeMethods.Defaults(name).Problems()));
        Assert.Contains("Did you mean \"tall-masks\"?", Assert.Throws<PalimpsestException>(() => MergeMethods.Defaults("tall-mask")).Message,
            StringComparison.Ordinal);
        Assert.Contains("Fisher diagonals", Assert.Throws<PalimpsestException>(() => MergeMethods.Create(new FisherMergeOptions(), s_context)).Message,
            StringComparison.Ordinal);
        Assert.Equal("The merging method \"ties\": density must be from 0 to 1.",
            Assert.Throws<PalimpsestException>(() => MergeMethods.Create(new TiesOptions { Density = 1.5 }, s_context)).Message);
        Assert.Contains("density of 1", Assert.Throws<PalimpsestException>(() => Merge(new Ties(new TiesOptions { Density = 1, Form = TiesForm.PublishedCode }), new HeldTaskVectors(Flat(2), [[1, 2]]))).Message, StringComparison.Ordinal);
        Assert.Throws<PalimpsestException>(() => Merge(new Dare(new DareOptions { DropRate = 1 }, new RandomStream(1), new Ties(new TiesOptions())), new HeldTaskVectors(Flat(2), [[1, 2]])));
    }
}
