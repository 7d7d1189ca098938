using System.Globalization;
using Palimpsest.Data;
using Palimpsest.Data.Files;
using Palimpsest.Evaluation;
using Palimpsest.Federation.Experiment;
using Palimpsest.Jobs;
using Palimpsest.Jobs.Compare;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Privacy;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Recipes;
using Palimpsest.Torch;

namespace Palimpsest.Tests.Federation;

/// <summary>Small federations through the job.</summary>
public sealed class FederateJobTests : IDisposable
{
    private const string Small = """
        data: { clients: 5, facts: 2, examples_per_fact: 4 }
        method: { lora: { rank: 4, dropout: 0.1 } }
        train: { rounds: 3, cohort: 2, evaluate_every: 2, local: { batch_size: 4 } }

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_OneOrTwoWorkers_EndsWithTheSameBitsAndFigures()
    {
        string one = Run(Small, "train.workers=1"), two = Run(Small, "train.workers=2");
        Assert.Equal(Adapter(one), Adapter(two));
        FederateResult first = Result(one), second = Result(two);
        Assert.Equal(first.Curve, second.Curve);
        Assert.Equal(first.Clients, second.Clients);
        Assert.Equal(first.After.Accuracy!.Numerators, second.After.Accuracy!.Numerators);
        Assert.Equal([0, 2, 3], first.Curve.Select(point => point.Round));
        Assert.Equal(6, first.Asked);
        Assert.Equal(6, first.Clients.Sum(client => client.Answers));
        Assert.Equal(first.Download.Bytes + first.Upload.Bytes, first.Curve[^1].Bytes);
        Assert.Equal(first.Download.Bytes, first.Clients.Sum(client => client.Download));

        // FLASC's quarter, with positions in at least one direction.
        Assert.InRange((first.Download + first.Upload).Ratio, 0.25, 0.32);
        string report = File.ReadAllText(Path.Combine(one, "report.html"));
        Assert.Contains("Who gained and who lost", report, StringComparison.Ordinal);
        Assert.Contains("of dense f32", report, StringComparison.Ordinal);
        Assert.Contains("<svg", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_StoppedAndResumed_EqualsAnUninterruptedRun()
    {
        string whole = Run(Small);
        using CancellationTokenSource stop = new();
        (string folder, bool finished) = Runner(sentence => Cancel(sentence, stop)).Start(Parsed(Small), _folder.At("runs"), stop.Token);
        Assert.False(finished);
        Assert.InRange(RunFolder.ReadMetrics(folder).Max(row => row.Step), 1, 2);
        Assert.True(Runner().Resume(folder).Finished);
        Assert.Equal(Adapter(whole), Adapter(folder));
        Assert.Equal(Result(whole).Curve, Result(folder).Curve);
        Assert.Equal(Figures(whole), Figures(folder));
    }

    [Fact]
    public void Run_Adapter_LoadsAndAnswersAsMeasured()
    {
        string folder = Run(Small, "method.algorithm=fedavg", "server=fedavg", "data.clients=2", "evaluate.items=0");
        using LanguageModel model = LanguageModel.Load("base-v1", new TorchContext(threads: 1), LoadMode.Mapped);
        model.Attach(FederateJob.AdapterOf(folder));
        FederateRecipe recipe = Recipe(folder);
        ChoiceItem[] asked = [.. recipe.Data.Population(recipe.Seed).HeldOut(0)];
        Assert.Equal(Result(folder).After.Accuracy!.Numerators[0], ChoiceAccuracy.Correct(model, asked).Sum());
    }

    [Fact]
    public void Run_HeadOnAFileOfClasses_LearnsThemAndIsPricedInBytes()
    {
        string file = _folder.At("things.jsonl");
        JsonlWriter.Write(file, [.. Enumerable.Range(0, 120).Select(i => i % 2 == 0
            ? new TextExample($"thing {i} is good", " yes") : new TextExample($"thing {i} is bad", " no"))]);
        string folder = Run($$"""
            data: { file: {{file}}, clients: 6, dirichlet: 5 }
            method: { part: head, algorithm: fedavg }
            server: fedavg
            train: { rounds: 6, cohort: 6, evaluate_every: 3, local: { epochs: 2, batch_size: 8 } }
            evaluate: { items: 0, bytes_at: [0, 1000000], accuracy_at: [0.9] }

            """);
        FederateResult result = Result(folder);
        Assert.Equal(128 * 2, result.Trained);
        Assert.True(result.After.Accuracy!.Value > 0.95, $"{result.Before.Accuracy!.Value} -> {result.After.Accuracy.Value}");
        Assert.True(result.After.Loss.Value < result.Before.Loss.Value);
        AssertServes(folder);

        IReadOnlyList<ClaimResult> figures = ((IJob)new FederateJob()).Results(Recipe(folder), folder);
        Assert.Equal(result.Before.Accuracy!.Value, figures.Single(figure => figure is { Metric: "accuracy_at", Place: "bytes 0" }).Value);
        Assert.Equal(result.After.Accuracy.Value, figures.Single(figure => figure is { Metric: "accuracy_at", Place: "bytes 1000000" }).Value);
        Assert.Contains(
            figures.Single(figure => figure is { Metric: "bytes_to", Place: "accuracy 0.9" }).Value, result.Curve.Skip(1).Select(point => (double)point.Bytes));
        Assert.Equal(1, figures.Single(figure => figure.Metric == "participation").Value);
        Assert.Equal(result.Curve[^1].Bytes, figures.Single(figure => figure.Metric == "bytes").Value);
    }

    [Fact]
    public void Run_BiographiesWithAnAdapter_AreMergedIntoAClassifier()
    {
        string folder = Run("""
            data: { world: biographies, clients: 4, examples: 80 }
            method: { lora: { rank: 2 } }
            train: { rounds: 1, cohort: 4 }

            """);
        Assert.Equal(FederateTask.Classification, Recipe(folder).Task);
        Assert.Equal(8, Recipe(folder).Data.Population(7).Labels.Count);
        AssertServes(folder);
    }

    [Fact]
    public void Run_FfaLora_TrainsEveryBAndSavesTheAsOfTheSeed()
    {
        string folder = Run(Small, "method.algorithm=ffa-lora"), dense = Run(Small, "method.algorithm=fedavg");
        Assert.True(Result(folder).Trained < Result(dense).Trained);
        Assert.Equal(new FileInfo(Path.Combine(FederateJob.AdapterOf(dense), "adapter_model.safetensors")).Length,
            new FileInfo(Path.Combine(FederateJob.AdapterOf(folder), "adapter_model.safetensors")).Length);
    }

    [Fact]
    public void Run_PrivateRounds_StateTheirEpsilonAndStamp()
    {
        string folder = Run(Small, "privacy.epsilon=8", "train.rounds=2");
        FederateResult result = Result(folder);
        Assert.Contains("simulation: no guarantee", result.Privacy, StringComparison.Ordinal);
        Assert.Contains("Unit of privacy: one client", result.Privacy, StringComparison.Ordinal);
        Assert.Contains("simulation: no guarantee", File.ReadAllText(Path.Combine(folder, "report.html")), StringComparison.Ordinal);
        Assert.Equal(Adapter(folder), Adapter(Run(Small, "privacy.epsilon=8", "train.rounds=2", "train.workers=1")));
    }

    [Fact]
    public void Run_Ledger_IsBegunAndFilledAndGuardsTheBudget()
    {
        string ledger = _folder.At("ledger.jsonl");
        Run(Small, "privacy.epsilon=8", "train.rounds=2", $"privacy.ledger={ledger}");
        using (BudgetLedger kept = BudgetLedger.Open(ledger))
        {
            Assert.Equal(("client", 2), (kept.Budget.Unit, kept.Entries.Count));
        }

        Assert.Contains("above the budget", Refused(Small, "privacy.epsilon=8", "train.rounds=2", $"privacy.ledger={ledger}"), StringComparison.Ordinal);
        string other = _folder.At("providers.jsonl");
        BudgetLedger.Create(other, new PrivacyBudget(8, 1e-5, "provider")).Dispose();
        Assert.Contains("keeps the budget of a provider, but the rounds of a federation protect a client",
            Refused(Small, "privacy.epsilon=8", $"privacy.ledger={other}"), StringComparison.Ordinal);
        Assert.Contains("Give privacy.budget", Refused(Small, "privacy.noise=2", $"privacy.ledger={_folder.At("none.jsonl")}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_BudgetAboveTheCost_LeavesRoomForOtherRuns()
    {
        string ledger = _folder.At("roomy.jsonl");
        string[] keys = ["privacy.noise=1", "privacy.budget=50", $"privacy.ledger={ledger}", "train.rounds=1"];
        Run(Small, keys);
        Run(Small, keys);
        using BudgetLedger kept = BudgetLedger.Open(ledger);
        Assert.Equal((50, 2), (kept.Budget.Epsilon, kept.Entries.Count));
    }

    [Fact]
    public void Run_Tiers_HaveFiguresOfTheirOwn()
    {
        string folder = Run(Small, "method.algorithm={ name: flasc, tiers: [0.1, 1], dense_head: true }", "data.clients=6");
        FederateScores after = Result(folder).After;
        IReadOnlyList<ClaimResult> figures = ((IJob)new FederateJob()).Results(Recipe(folder), folder);
        foreach (int tier in (int[])[0, 1])
        {
            int[] own = [.. Enumerable.Range(0, after.Clients.Count).Where(i => after.Clients[i] % 2 == tier)];
            Assert.Equal(own.Sum(i => after.Accuracy!.Numerators[i]) / own.Sum(i => after.Accuracy!.Denominators[i]),
                figures.Single(figure => figure.Metric == "accuracy" && figure.Place == $"tier {tier}").Value);
        }
    }

    [Fact]
    public void Run_TrimShare_IsTheAggregators()
    {
        // Of four answers a quarter at either end leaves two; the default's tenth leaves all, which is the mean.
        string[] four = ["train.cohort=4", "train.rounds=1", "method.algorithm=fedavg"];
        byte[] mean = Adapter(Run(Small, four)), tenth = Adapter(Run(Small, [.. four, "method.aggregator=trimmed-mean"]));
        Assert.Equal(mean, tenth);
        Assert.NotEqual(mean, Adapter(Run(Small, [.. four, "method.aggregator=trimmed-mean", "method.trim_share=0.25"])));
    }

    [Fact]
    public void Run_ComparedArms_HaveFiguresOfTheirOwn()
    {
        _folder.Write("base.yaml", $"schema: 1\nkind: federate\n{Small}");
        _folder.Write("compare.yaml", $$"""
            schema: 1
            kind: compare
            base: {{_folder.At("base.yaml")}}
            set: [train.rounds=2]
            repeats: [7]
            arms:
              - { name: flasc }
              - { name: fedavg, set: ["method.algorithm=fedavg"] }
            """);
        JobRunner runner = Runner();
        (string folder, bool finished) = runner.Start(runner.Read(_folder.At("compare.yaml")), _folder.At("runs"));
        Assert.True(finished);
        IReadOnlyList<ClaimResult> figures = RunFolder.ResultOf<CompareResult>(folder).Figures;
        double Bytes(string arm) => figures.Single(figure => figure.Arm == arm && figure.Metric == "bytes").Value;
        Assert.InRange(Bytes("flasc") / Bytes("fedavg"), 0.25, 0.32);
    }

    [Theory]
    [InlineData("data: { clients: 3 }\ntrain: { cohort: 4 }", "train.cohort is 4, but there are 3 clients")]
    [InlineData("data: { dirichlet: 0.1 }", "Name a file, or set world: biographies")]
    [InlineData("data: { world: biographies, dirichlet: 0 }", "dirichlet must be a number above 0")]
    [InlineData("data: { world: biographies, dirichlet: 1, iid: true }", "Keep one of them")]
    [InlineData("data: { world: biographies, facts: 3 }", "facts and examples_per_fact belong to world: facts")]
    [InlineData("data: { clients: 30000 }", "the world has 20000 owners")]
    [InlineData("task: classification", "task classification needs classes")]
    [InlineData("method: { part: head }\ntask: language-model", "head is for task classification")]
    [InlineData("method: { part: whole, lora: { rank: 3 } }", "lora belongs to part: adapter")]
    [InlineData("method: { algorithm: { name: flasc, upload_density: 0 } }", "upload_density must be above 0 and at most 1")]
    [InlineData("method: { algorithm: flask }", "Did you mean \"flasc\"?")]
    [InlineData("train: { local: { optimizer: grass } }", "must be sgd or adamw")]
    [InlineData("privacy: {}", "either epsilon or noise must be given")]
    [InlineData("privacy: { epsilon: 1 }\nmethod: { aggregator: median }", "no part in private rounds")]
    [InlineData("method: { trim_share: 0.2 }", "trim_share belongs to aggregator: trimmed-mean")]
    [InlineData("method: { aggregator: trimmed-mean, trim_share: 0.5 }", "trim_share must be at least 0 and below 0.5")]
    [InlineData("privacy: { epsilon: 2, budget: 1, ledger: none.jsonl }", "no less than epsilon")]
    [InlineData("privacy: { noise: 2, budget: 1 }", "beside the ledger's file")]
    [InlineData("model: { dtype: auto }", "dtype must be f32 or bf16")]
    [InlineData("model: { threads: 2 }", "the threads of a worker are train.threads")]
    public void Read_RecipesThatMakeNoSense_AreRefused(string keys, string expected) =>
        Assert.Contains(expected, Refused(keys + "\n"), StringComparison.Ordinal);

    [Fact]
    public void Run_FileWithoutOwnersOrClasses_NamesTheWayOut()
    {
        string file = _folder.At("notes.jsonl");
        JsonlWriter.Write(file, [.. Enumerable.Range(0, 40).Select(i => new TextExample("", $"note {i}"))]);
        Assert.Contains("no example names its owner", Refused($"data: {{ file: {file} }}\n"), StringComparison.Ordinal);
        Assert.Contains("Set data.iid", Refused($"data: {{ file: {file}, dirichlet: 0.1, clients: 3 }}\n"), StringComparison.Ordinal);
        Assert.Contains("add dirichlet: 0.1", Refused($"data: {{ file: {file}, clients: 3 }}\n"), StringComparison.Ordinal);
        string folder = Run($"data: {{ file: {file}, clients: 3, iid: true }}\ntrain: {{ rounds: 1, cohort: 2 }}\nmethod: {{ lora: {{ rank: 2 }} }}\n");
        Assert.Null(Result(folder).After.Accuracy);

        File.AppendAllText(file, "no json\n");
        List<string> said = [];
        Assert.True(Runner(said.Add).Start(Parsed($"data: {{ file: {file}, clients: 3, iid: true, skip_bad: true }}\ntrain: {{ rounds: 1, cohort: 2 }}\n"),
            _folder.At("runs")).Finished);
        Assert.Contains(said, sentence => sentence.Contains("1 bad line was left out", StringComparison.Ordinal));
    }

    private static void Cancel(string sentence, CancellationTokenSource stop)
    {
        if (sentence.StartsWith("Round 2:", StringComparison.Ordinal))
        {
            stop.Cancel();
        }
    }

    private static FederateRecipe Recipe(string folder) => (FederateRecipe)Runner().Read(Path.Combine(folder, "recipe.yaml"));

    private static void AssertServes(string folder)
    {
        using LanguageModel model = LanguageModel.Load(FederateJob.ModelOf(folder), new TorchContext(threads: 1), LoadMode.Mapped);
        FederateRecipe recipe = Recipe(folder);
        FederateScores after = Result(folder).After;
        TextExample[] asked = [.. recipe.Data.Population(recipe.Seed).HeldOut(after.Clients[0], recipe.Evaluate.Items).Select(item =>
            new TextExample(item.Prompt, item.Choices[item.Answer]))];
        Assert.Equal(after.Accuracy!.Numerators[0], ClassPrediction.Of(model, asked).Count(found => found.IsRight));
        Assert.Equal(after.Loss.Numerators[0], ClassPrediction.Of(model, asked).Sum(found => found.Nats), 1e-3);
    }

    private static JobRunner Runner(Action<string>? said = null)
    {
        IJob[] kinds = [new FederateJob()];
        return new JobRunner([.. kinds, new CompareJob(kinds)], new Log(said));
    }

    private static Recipe Parsed(string keys, params string[] overrides) =>
        RecipeReader.Parse<FederateRecipe>($"schema: 1\nkind: federate\n{keys}", "recipe", overrides);

    private static byte[] Adapter(string folder) => File.ReadAllBytes(Path.Combine(FederateJob.AdapterOf(folder), "adapter_model.safetensors"));

    private static FederateResult Result(string folder) => RunFolder.ResultOf<FederateResult>(folder);

    private static string[] Figures(string folder) => [.. RunFolder.ReadMetrics(folder).Select(row => string.Join(' ', row.Values
        .Where(figure => figure.Key is not ("seconds" or "clients_per_second")).Select(figure => figure.ToString())
        .Prepend(row.Step.ToString(CultureInfo.InvariantCulture))))];

    private string Run(string keys, params string[] overrides)
    {
        (string folder, bool finished) = Runner().Start(Parsed(keys, overrides), _folder.At("runs"));
        Assert.True(finished);
        return folder;
    }

    private string Refused(string keys, params string[] overrides) => Assert.Throws<PalimpsestException>(() => Run(keys, overrides)).Message;

    private sealed class Log(Action<string>? said) : IJobLog
    {
        public void Say(string sentence) => said?.Invoke(sentence);

        public void Progress(JobProgress progress)
        {
        }
    }
}
