using Palimpsest.Common;
using Palimpsest.Jobs;
using Palimpsest.Jobs.Compare;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Recipes;
using Palimpsest.Runs.Reports;
using Palimpsest.Training;

namespace Palimpsest.Tests.Jobs.Compare;

public sealed class CompareJobTests : IDisposable
{
    private const string Tuned = "tune: { metric: error, seed: 90, set: [held_out=other], grid: { rate: ['0.1', '0.2', '0.4', '5'] } }\n";
    private readonly TemporaryFolder _folder = new();
    private readonly Bowl _bowl = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_TunedArms_TakesTheBestSettingOnOtherDataAndReportsEverySeed()
    {
        CompareResult result = Run(Tuned + "arms: [{ name: a }, { name: b, set: [best=0.39] }, { name: c, like: b, set: [rate=0.2] }]\n");
        Assert.Equal(["rate=0.2"], result.Arms[0].Chosen);
        Assert.Equal([null], result.Arms[0].Tried.Where(trial => trial.Overrides[0] == "rate=5").Select(trial => trial.Value)); // it diverged
        Assert.Equal(["rate=0.4"], result.Arms[1].Chosen);
        Assert.All(result.Arms, arm => Assert.Empty(arm.AtTheEdge));
        Assert.Equal(["rate=0.4", "rate=0.2"], result.Arms[2].Chosen);
        Assert.Equal([("a", 1), ("a", 2), ("b", 1), ("b", 2), ("c", 1), ("c", 2)], result.Figures.Select(figure => (figure.Arm, figure.Seed)));

        // Tuning saw other data than what is reported, with the seed of its own.
        Assert.All(_bowl.Seen.Where(seen => seen.Seed == 90), seen => Assert.Equal("other", seen.HeldOut));
        Assert.All(_bowl.Seen.Where(seen => seen.Seed != 90), seen => Assert.Equal("test", seen.HeldOut));
    }

    [Fact]
    public void Run_ChosenAtAnEdgeOrDivergedAtTheEnd_IsSaid()
    {
        CompareResult result = Run(Tuned + "arms: [{ name: low, set: [best=0] }, { name: wild, like: low, set: [rate=7] }]\n");
        Assert.Equal(["rate"], result.Arms[0].AtTheEdge);
        Assert.Equal([1, 2], result.Arms[1].Diverged);
        Assert.DoesNotContain(result.Figures, figure => figure.Arm == "wild");
    }

    [Fact]
    public void Run_Stopped_GoesOnWithoutRepeatingWhatIsFinished()
    {
        _bowl.StopAfter = 3;
        string recipe = Write(Tuned + "arms: [{ name: a }, { name: b }]\n");
        JobRunner runner = Runner();
        (string folder, bool finished) = runner.Start(runner.Read(recipe), _folder.At("runs"), _bowl.Stop.Token);
        Assert.False(finished);
        int before = _bowl.Seen.Count;
        _bowl.StopAfter = int.MaxValue;
        Assert.True(Runner().Resume(folder).Finished);
        Assert.Equal(4 + 2 + 4 + 2, _bowl.Seen.Count - 1); // only the part that was stopped ran twice
        Assert.Equal(3, before);
    }

    [Theory]
    [InlineData("arms: [{ name: a, set: [raet=1] }]\n", "Did you mean \"rate\"?")]
    [InlineData("arms: [{ name: a }, { name: a }]\n", "each with a name of its own")]
    [InlineData("arms: [{ name: a, like: z }]\n", "\"a\" is like \"z\", which is no arm before it")]
    [InlineData("arms: [{ name: a, grid: { rate: ['1'] } }]\n", "no tune section")]
    [InlineData("seeds: [1]\narms: [{ name: a }]\n", "named in repeats")]
    [InlineData("tune: { metric: nothing, grid: { rate: ['0.1'] } }\narms: [{ name: a }]\n", "there is no \"nothing\" among the results")]
    public void Run_RecipeThatCannotWork_IsRefused(string recipe, string message)
    {
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => Run(recipe)).Message, StringComparison.Ordinal);
        Assert.True(_bowl.Seen.Count <= 1);
    }

    private JobRunner Runner() => new([_bowl, new CompareJob([_bowl])], new Quiet());

    private CompareResult Run(string recipe)
    {
        JobRunner runner = Runner();
        (string folder, bool finished) = runner.Start(runner.Read(Write(recipe)), _folder.At("runs"));
        Assert.True(finished);
        return RunFolder.ResultOf<CompareResult>(folder);
    }

    private string Write(string recipe)
    {
        AtomicFile.WriteText(_folder.At("base.yaml"), "schema: 1\nkind: bowl\n");
        AtomicFile.WriteText(_folder.At("compare.yaml"), $"schema: 1\nkind: compare\nbase: {_folder.At("base.yaml")}\nrepeats: [1, 2]\n{recipe}");
        return _folder.At("compare.yaml");
    }

    private sealed record BowlRecipe : Recipe
    {
        public double Rate { get; init; } = 0.1;

        public double Best { get; init; } = 0.25;

        public string HeldOut { get; init; } = "test";
    }

    private sealed record BowlResult(double Error);

    /// <summary>A kind whose figure is known: the squared distance of its rate from the best one. Rates above 1 diverge.</summary>
    private sealed class Bowl : Job<BowlRecipe, BowlResult>
    {
        public List<BowlRecipe> Seen { get; } = [];

        public CancellationTokenSource Stop { get; } = new();

        public int StopAfter { get; set; } = int.MaxValue;

        public override string Kind => "bowl";

        protected override IEnumerable<(string Name, string Path)> Inputs(BowlRecipe recipe) => [];

        protected override int? Threads(BowlRecipe recipe) => null;

        protected override bool Run(BowlRecipe recipe, JobContext context)
        {
            Seen.Add(recipe);
            if (Seen.Count == StopAfter)
            {
                Stop.Cancel();
                return false;
            }

            if (recipe.Rate > 1)
            {
                throw new DivergedException("no number");
            }

            context.Run.WriteResult(new BowlResult(Math.Pow(recipe.Rate - recipe.Best, 2)));
            return true;
        }

        protected override IReadOnlyList<ClaimResult> Results(BowlRecipe recipe, BowlResult result) =>
            [new ClaimResult("model", "error", recipe.Seed, result.Error)];

        protected override Report Report(BowlRecipe recipe, BowlResult result, string folder) =>
            new() { Title = "Bowl", Lead = "", Figures = [], Sections = [] };
    }

    private sealed class Quiet : IJobLog
    {
        public void Say(string sentence)
        {
        }

        public void Progress(JobProgress progress)
        {
        }
    }
}
