using System.Text.Json;
using Palimpsest.Data;
using Palimpsest.Jobs;
using Palimpsest.Runs.Recipes;
using Palimpsest.Tests.Cli;
using Palimpsest.Unlearning.Merging;
using Palimpsest.Unlearning.SiftMasks.Experiment;

namespace Palimpsest.Tests.Unlearning.SiftMasks;

/// <summary>The experiment as a recipe, short.</summary>
public sealed class SiftExperimentTests : IDisposable
{
    private readonly CommandProcess _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void Run_EveryArmAndDeletions_AreReportedAndTheSumsAreExact()
    {
        JsonElement result = Result("""
            schema: 1
            kind: sift-masks
            seeds: [7, 8]
            data: { setting: facts, items: 2 }
            method:
              sizes: [1, 4]
              asked: 4
              central_steps: [2, 3]
              shards: [2]
              deletions_at: [1, 3, 4]
              refits: 2
              others: [emr, { name: breadcrumbs, density: 0.4 }]
              tuning: { steps: 2, learning_rate: 0.002 }
            """);
        string[] arms = [.. result.GetProperty("figures").EnumerateArray().Where(figure => figure.GetProperty("owners").GetInt32() == 4).Select(figure => figure.GetProperty("arm").GetString()!)];
        Assert.Equal(
            ["zero-shot", "local-ft", "local-sift", "ft-merge", "sift-merge", "sift-masks", "sift-masks-per-use", "sift-masks-tuned", "ties", "tall-masks",
                "emr", "breadcrumbs", "central", "clusters-merge-2", "clusters-central-2", "sisa-2"], arms);
        Assert.All(result.GetProperty("figures").EnumerateArray(), figure => Assert.All(figure.GetProperty("probability").EnumerateArray(), value => Assert.InRange(value.GetDouble(), 1e-9, 1)));
        Assert.Equal(2, result.GetProperty("refit_seconds").GetArrayLength());
        Assert.Equal([0, 1, 3, 4], result.GetProperty("deletions").EnumerateArray().Select(point => point.GetProperty("deleted").GetInt32()));
        Assert.All(result.GetProperty("deletions").EnumerateArray(), point => Assert.True(point.GetProperty("equals_fresh").GetBoolean()));

        // Over seeds, figures of different sizes stay apart.
        string report = File.ReadAllText(Path.Combine(_shell.OnlyRun(), "report.html"));
        Assert.Contains("owners 1<", report, StringComparison.Ordinal);
        Assert.Contains("owners 4<", report, StringComparison.Ordinal);
        Assert.Contains("answer_probability.sift-masks at owners 4", File.ReadAllText(Path.Combine(_shell.OnlyRun(), "seeds", "8", "run.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FileOfOwnersWithPermutedLabels_LearnsWhatEachCallsThem()
    {
        string Rows(int from, int count) => "owner,prompt,completion\n" + string.Concat(Enumerable.Range(from, count).Select(i => $"o{i / 4},Is it {i}?, {(i % 2 == 0 ? "yes" : "no")}\n"));
        _shell.Write("rows.csv", Rows(0, 8));
        _shell.Write("more.csv", Rows(8, 4));
        JsonElement result = Result("""
            schema: 1
            kind: sift-masks
            seeds: [7]
            data: { setting: file, file: rows.csv, more_files: [more.csv], permute_labels: true }
            method:
              sizes: [3]
              central_steps: []
              ties_densities: []
              tall_lambdas: []
              alphas: []
              others: []
              tuning: { steps: 30, learning_rate: 0.003 }
            """);
        Dictionary<string, double> accuracy = result.GetProperty("figures").EnumerateArray().ToDictionary(figure => figure.GetProperty("arm").GetString()!, figure => figure.GetProperty("accuracy").EnumerateArray().Average(value => value.GetDouble()));
        Assert.Equal(7, accuracy.Count);
        Assert.Equal(1, accuracy["local-sift"]);
        Assert.True(accuracy["local-sift"] > accuracy["zero-shot"]);
    }

    [Fact]
    public void Of_LargestOwnersOfAFile_AreThoseWithTheMostRows()
    {
        // The columns of the paper's sentiment data: polarity, number, date, query, user, text.
        string file = _shell.Write("tweets.csv", string.Concat(Enumerable.Range(0, 9).Select(i => $"\"{(i % 2 == 0 ? 0 : 4)}\",\"{i}\",\"today\",\"NO_QUERY\",\"{(i < 2 ? "ada" : i < 7 ? "ben" : "cleo")}\",\"words, {i}\"\n")));
        SiftDataSection data = new()
        {
            Setting = SiftSetting.File,
            File = file,
            LargestOwners = true,
            TrainExamples = 3,
            Columns = new ColumnsSection
            {
                Header = ["polarity", "id", "date", "query", "user", "text"],
                Prompt = "text",
                Completion = "polarity",
                Owner = "user",
                Words = new ExampleTemplate { Prompt = "{prompt}\nMood:", Completion = " {completion}", Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["0"] = "bad", ["4"] = "good" } },
            },
        };
        IReadOnlyList<TaskOwner> owners = TaskOwners.Of(data, 1, seed: 1);
        Assert.Equal(["words, 2\nMood:", "words, 3\nMood:", "words, 4\nMood:"], owners[0].Train.Select(example => example.Prompt));
        Assert.Equal([" bad", " good", " bad"], owners[0].Train.Select(example => example.Completion));
        Assert.Equal([" good", " bad"], owners[0].Asked.Select(item => item.Choices[item.Answer]));

        // The others have no more than they would learn, so nothing of theirs could be asked.
        Assert.Contains("1 owners of more than 3 rows", Assert.Throws<PalimpsestException>(() => TaskOwners.Of(data, 2, seed: 1)).Message, StringComparison.Ordinal);
        Assert.Equal(2, TaskOwners.Of(data with { TrainExamples = 0 }, 2, seed: 1)[1].Train.Count);
    }

    [Fact]
    public void Run_SettingsThatMakeNoSense_SayWhatFits()
    {
        _shell.Write("bad.yaml", "schema: 1\nkind: sift-masks\nmethod: { sizes: [4], shards: [9], central_sizes: [3] }\n");
        (int code, _, string error) = _shell.Run("run", "bad.yaml");
        Assert.Equal(2, code);
        Assert.Contains("central_sizes must be among sizes, shards from 2 to the largest size", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OtherMethods_AreNamesOrNamesWithSettings()
    {
        const string small = "schema: 1\nkind: sift-masks\n";
        SiftRecipe recipe = RecipeReader.Parse<SiftRecipe>(small + "method: { others: [emr, { name: breadcrumbs, density: 0.4 }, dare-ties] }\n", "a");
        Assert.Equal<MergeOptions>([new EmrOptions(), new BreadcrumbsOptions { Density = 0.4 }, new DareTiesOptions()], recipe.Method.Others);
        Assert.Equal(recipe.Method.Others, RecipeReader.Parse<SiftRecipe>(RecipeWriter.ToYaml(recipe), "again").Method.Others);
        Assert.Equal<MergeOptions>([new EmrOptions(), new LocalizeAndStitchOptions(), new DareOptions()],
            RecipeReader.Parse<SiftRecipe>(small, "b").Method.Others);
        Assert.Single(RecipeReader.Parse<SiftRecipe>(small + "method: { others: [ties], ties_densities: [] }\n", "c").Method.Others);
        Assert.Contains("method.others[1].density must be from 0 to 1", Refusal("[emr, { name: localize-and-stitch, density: 2 }]"), StringComparison.Ordinal);
        Assert.Contains("\"emr\" is an arm already", Refusal("[emr, { name: emr, tensor_means: true }]"), StringComparison.Ordinal);
        Assert.Contains("\"ties\" is an arm already", Refusal("[{ name: ties, density: 0.3 }]"), StringComparison.Ordinal);
        Assert.Contains("needs Fisher diagonals", Refusal("[fisher]"), StringComparison.Ordinal);
        Assert.Contains("Did you mean \"emr\"?", Refusal("[emm]"), StringComparison.Ordinal);

        static string Refusal(string others) =>
            Assert.Throws<PalimpsestException>(() => RecipeReader.Parse<SiftRecipe>($"{small}method: {{ others: {others} }}\n", "bad")).Message;
    }

    [Fact]
    public void Run_TrainingDiverges_IsOneMessage()
    {
        _shell.Write("wild.yaml", "schema: 1\nkind: sift-masks\nseeds: [1]\ndata: { items: 1 }\nmethod: { sizes: [4], tuning: { steps: 30, learning_rate: 1e30 } }\n");
        (int code, string output, string error) = _shell.Run("run", "wild.yaml");
        Assert.Equal(2, code);
        Assert.Contains("became infinite or NaN", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Unexpected", output + error, StringComparison.Ordinal);
    }

    private JsonElement Result(string recipe)
    {
        _shell.Write("recipe.yaml", recipe);
        (int code, string output, string error) = _shell.Run("run", "recipe.yaml");
        Assert.True(code == 0, output + error);
        Assert.Empty(Directory.GetDirectories(Path.Combine(_shell.Folder, "runs"), "vectors", SearchOption.AllDirectories));
        string file = Directory.GetFiles(Path.Combine(_shell.Folder, "runs"), "result.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        return JsonDocument.Parse(File.ReadAllText(file)).RootElement;
    }
}
