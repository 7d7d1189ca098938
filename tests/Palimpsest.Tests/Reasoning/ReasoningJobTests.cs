using Palimpsest.Jobs;
using Palimpsest.Reasoning.Experiment;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Tests.Reasoning;

/// <summary>The experiment through the job: every arm, a stop in between, and what is refused.</summary>
public sealed class ReasoningJobTests : IDisposable
{
    private const string Small =
        """
        model: { width: 32, layers: 2, heads: 2 }
        data: { task: { name: planted-shortcut, operands: 5, base: 4 }, problems: [60, 120], arms_at: [120], test: 120 }
        train: { steps: 120, batch_size: 32, learning_rate: 0.005 }
        sampling: { samples: 4, negatives: 2, rollouts: 3, places: 64 }
        evaluate: { resamples: 100, traces: 3, trace_rollouts: 4 }

        """;

    private const string All =
        """
        arms:
          - { name: sft-longer, factor: 1.2 }
          - rft
          - { name: rft, label: rft-1, samples: 1, filter: equations }
          - { name: response-dpo, steps: 8 }
          - { name: per-step-dpo, steps: 8 }
          - { name: per-step-dpo, label: shared, pairing: shared-prefix, rule: first-minimum, search: early-stop, steps: 8 }
          - { name: advantage-filtered-sft, steps: 6 }
          - { name: advantage-weighted-sft, steps: 6 }
          - { name: rloo, round_problems: 4, group: 4, steps: 3 }
          - { name: grpo, round_problems: 4, group: 4, steps: 4 }

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_EveryArm_StoppedAndResumed_EqualsAnUninterruptedOne()
    {
        string folder = Start(Small + All, default);
        ReasoningResult result = RunFolder.ResultOf<ReasoningResult>(folder);
        Assert.Equal(["sft", "sft", "sft-longer", "rft", "rft-1", "response-dpo", "per-step-dpo", "shared", "advantage-filtered-sft", "advantage-weighted-sft",
            "rloo", "grpo"],
            result.Cells.Select(cell => cell.Arm));
        Assert.All(result.Cells, cell => Assert.Equal(120, cell.Score.Right.Length));
        Assert.All(result.Cells, cell => Assert.False(cell.Notes.Diverged));
        Assert.True(result.Cells.Single(cell => cell.Arm == "per-step-dpo").Notes.Pairs > 0);
        Assert.NotNull(result.Cells.Single(cell => cell.Arm == "shared").Notes.PitPrecision);
        Assert.True(result.Of("rft").Single().Notes.Solutions >= result.Of("rft-1").Single().Notes.Solutions);

        // Whoever asks for what others have sampled samples little or nothing.
        Assert.Equal(0, result.Of("rft-1").Single().Sampled);

        ClaimResult[] figures = [.. ((IJob)new ReasoningJob()).Results(Recipe(Small + All), folder)];
        Assert.Contains(figures, figure => figure is { Arm: "shared", Metric: "efficiency_ratio" } && figure.At["problems"] == "120");
        Assert.Contains(figures, figure => figure is { Arm: "sft", Metric: "shortcut_rate" });
        Assert.All(figures.Where(figure => figure.Items.Count > 0), figure => Assert.Equal(figure.Value, figure.Items.Average(), 1e-12));
        string page = File.ReadAllText(Path.Combine(folder, "report.html"));
        Assert.Contains("class=\"marked\"", page, StringComparison.Ordinal);
        Assert.Contains("first wrong step", page, StringComparison.Ordinal);

        // Stopped again and again, each time a little later.
        string other = Path.Combine(_folder.At("other"), "run");
        string? interrupted = null;
        for (int words = 4; interrupted is null || !File.Exists(Path.Combine(interrupted, "artifacts", "result.json")); words += 6)
        {
            using CancellationTokenSource stop = new();
            JobRunner runner = new([new ReasoningJob()], new Impatient(words, stop));
            interrupted = interrupted is null ? runner.Start(Recipe(Small + All), other, stop.Token).Folder : runner.Resume(interrupted, false, stop.Token)
                .Folder;
        }

        ReasoningResult again = RunFolder.ResultOf<ReasoningResult>(interrupted);
        Assert.Equal(result.Cells.Select(cell => (cell.Arm, cell.Score.Right, cell.Score.Shortcuts)),
            again.Cells.Select(cell => (cell.Arm, cell.Score.Right, cell.Score.Shortcuts)));
    }

    [Theory]
    [InlineData("data: { problems: [100, 50] }", "ascending")]
    [InlineData("data: { problems: [100], arms_at: [50] }", "arms_at")]
    [InlineData("arms: [rft, rft]", "Give one of them a label")]
    [InlineData("arms: [sft]", "Leave it out")]
    [InlineData("arms: [per-step-dop]", "Did you mean \"per-step-dpo\"")]
    [InlineData("arms: [{ name: rft, samples: 20 }]", "Raise that")]
    [InlineData("arms: [{ name: grpo, group: 1 }]", "group at least 2")]
    [InlineData("arms: [{ name: rloo, clip: 0.2 }]", "clip")]
    [InlineData("arms: [{ name: per-step-dpo, loss_type: sigmoyd }]", "Did you mean \"sigmoid\"")]
    [InlineData("data: { task: { name: planted-shortcut, skipped: 1 } }", "below 1")]
    [InlineData("arms: [{ name: per-step-dpo, sft_factor: 0 }]", "sft_factor must be above 0")]
    [InlineData("data: { task: { name: star-graph, nodes: 6 } }", "degree * length + 1")]
    [InlineData("sampling: { temperature: 0 }", "above 0")]
    public void Recipe_WhatDoesNotFit_IsRefused(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<PalimpsestException>(() => Recipe(text + "\n")).Message, StringComparison.Ordinal);

    [Fact]
    public void Run_AnArmThatBeginsLater_BeginsAtAnotherModel()
    {
        const string star = """
            model: { width: 16, layers: 1, heads: 2 }
            data: { task: { name: star-graph, length: 2, nodes: 6 }, problems: [40], arms_at: [40], test: 50 }
            train: { steps: 20, batch_size: 16, learning_rate: 0.01 }
            sampling: { samples: 4, rollouts: 2 }
            arms: [{ name: sft-longer, factor: 3 }, { name: rloo, sft_factor: 3, steps: 1, learning_rate: 1e-9 }]
            evaluate: { resamples: 100, traces: 0 }

            """;
        string folder = Start(star, default);
        ReasoningResult result = RunFolder.ResultOf<ReasoningResult>(folder);
        TaskScore[] scores = [.. result.Cells.Select(cell => cell.Score)];

        // Hardly trained on, it answers as the model that it began at.
        Assert.NotEqual(scores[0].FirstSteps, scores[1].FirstSteps);
        Assert.Equal(scores[1].FirstSteps, scores[2].FirstSteps);
        Assert.All(scores, score => Assert.True(score.FirstStep >= score.Accuracy));
        Assert.Contains(((IJob)new ReasoningJob()).Results(Recipe(star), folder), figure => figure is { Arm: "rloo", Metric: "first_step_accuracy" }
            && figure.Items.Count == 50);
    }

    [Fact]
    public void Run_AModelThatIsNeverRight_SaysThatNoPairsExist()
    {
        string folder = Start(Small.Replace("steps: 120", "steps: 1", StringComparison.Ordinal) + "arms: [per-step-dpo, rft]\n", default);
        ReasoningResult result = RunFolder.ResultOf<ReasoningResult>(folder);
        Assert.Contains("solves none", result.Of("per-step-dpo").Single().Notes.Remark, StringComparison.Ordinal);
        Assert.Contains("the demonstrations again", result.Of("rft").Single().Notes.Remark, StringComparison.Ordinal);
        Assert.Contains("No pairs exist", File.ReadAllText(Path.Combine(folder, "report.html")), StringComparison.Ordinal);
    }

    private string Start(string text, CancellationToken stop)
    {
        (string folder, bool finished) = new JobRunner([new ReasoningJob()], new SmallReasoner.Silent()).Start(Recipe(text), _folder.At("runs"), stop);
        Assert.True(finished);
        return folder;
    }

    private static ReasoningRecipe Recipe(string text) => RecipeReader.Parse<ReasoningRecipe>("schema: 1\nkind: reasoning\n" + text, "test", []);

    /// <summary>Stops the job after some sentences.</summary>
    private sealed class Impatient(int words, CancellationTokenSource stop) : IJobLog
    {
        private int _left = words;

        public void Say(string sentence)
        {
            if (--_left == 0)
            {
                stop.Cancel();
            }
        }

        public void Progress(JobProgress progress)
        {
        }
    }
}
