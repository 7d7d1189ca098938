using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.Dashboards;
using Palimpsest.Interpretability.Experiment;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Metrics;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Models.Transformers;
using Palimpsest.Runs.Recipes;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Interpretability;

/// <summary>The parts of a specialisation.</summary>
public sealed class SsaeTests
{
    [Fact]
    public void Retrieval_SeedsOfADomain_FindItsPassages()
    {
        string[] corpus = ["the cook stirred the soup", "a shield of azure with a griffin", "the sailor tied the rope", "the griffin rampant in gules",
            "rain fell on the meadow"];
        string[] seeds = ["shield griffin", "gules azure"];
        Assert.Equal([1, 3], PassageRetrieval.Bm25(corpus, seeds, 2).Order());
        float[][] vectors = [[0, 1], [1, 0], [0, 1], [0.9f, 0.1f], [-1, 0]];
        Assert.Equal([1, 3], PassageRetrieval.Dense(vectors, [[1, 0]], 2));
    }

    [Fact]
    public void TracIn_Scores_AreTheAlignmentsOfGradients()
    {
        using SparseAutoencoder sae = SaeArchitectures.Create(new SaeConfig
        {
            Options = new StandardOptions { L1Coefficient = 0 },
            DIn = 12,
            DSae = 24,
            IsTraining = true,
            Dtype = "float64"
        }, 3);
        ActivationBatch rows = SparseAutoencoderTests.Rows(60), seed = rows.Pick([.. Enumerable.Range(0, 20)]),
            passage = rows.Pick([.. Enumerable.Range(20, 15)]);
        double score = new TracIn(sae, 1, cosine: false).Scores([seed], [passage]).Single();
        float[] Gradient(ActivationBatch batch)
        {
            using DisposeScope scope = NewDisposeScope();
            sae.Parameters.ZeroGradients();
            Tensor x = tensor(batch.Values, [batch.Rows, 12]).to_type(ScalarType.Float64);
            Autograd.Backward(sae.Losses(x, x, new SaePass(0)).Errors.mean());
            return [.. new[] { "W_dec", "W_enc" }.SelectMany(name => TensorBytes.ToArray(sae.Parameters[name].grad!))];
        }

        // b_dec is taken off the inputs and zero here, so the encoder's gradient is that of the formula.
        double expected = Gradient(seed).Zip(Gradient(passage), (a, b) => (double)a * b).Sum();
        Assert.Equal(expected, score, Math.Abs(expected) * 1e-5);
        Assert.InRange(new TracIn(sae, 1).Scores([seed], [seed]).Single(), 1 - 1e-9, 1 + 1e-9);
    }

    [Fact]
    public void Coverage_TypesThatALatentStandsFor_AreCountedOnce()
    {
        TypeTally tally = new(3);
        int[] tokens = [1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4];
        float[] acts = [.. tokens.SelectMany((token, i) => new[] { token == 1 ? 2f : token == 2 ? 1f : 0, token == 2 && i == 4 ? 5f : 0, token == 4 ? 9f
            : 0 })];
        tally.Add(tokens, acts);
        Assert.Equal([(2, 3, false), (3, 3, false), (1, 4, true)], tally.Coverage(3));
        Assert.Equal([1, 2], tally.Top(0, 5));
        Assert.Equal((1.0, 4.0 / 7), (tally.Explained(0, [1]).Precision, tally.Explained(0, [1]).Recall));
    }

    [Fact]
    public void Detector_KnownScores_HaveTheirFigures()
    {
        Assert.Equal((0.8, 3.0), Detector.BestF1([5, 3, 2, 1, 0], [true, true, false, false, true]));
        Assert.Equal(0.75, Detector.Auc([1, 2, 3, 4], [false, true, false, true]));
        Assert.Equal(0.5, Detector.Auc([1, 1], [true, false]));
        Assert.Equal((0.5, 0.5, 0.5, 0.5), Detector.Scores([true, true, false, false], [true, false, true, false]));
    }

    [Fact]
    public void Dashboard_Records_HoldPeaksHistogramsAndScores()
    {
        using TemporaryFolder folder = new();
        using CausalModel model = ActivationTests.Tiny();
        using SparseAutoencoder sae = SaeArchitectures.Create(new SaeConfig
        {
            Options = new TopKOptions { K = 3, RescaleActsByDecoderNorm = false },
            DIn = model.Config.HiddenSize,
            DSae = 40
        }, 3);
        ActivationReader reader = new(model, "blocks.1.hook_resid_post");
        LatentRecords records = new(sae, examples: 2, around: 3);
        int[][] documents = ActivationTests.Documents(12);
        records.Read(reader, documents);
        IReadOnlyList<LatentRecord> made = records.Of(model, 4);
        Assert.Equal(40, made.Count);
        Assert.Equal(3, made.Sum(record => record.Density), 0.35); // ReLU may leave less than k
        LatentRecord strongest = made.MaxBy(record => record.Max)!;
        Assert.Equal(strongest.Max, strongest.Examples[0].Values[strongest.Examples[0].Peak]);
        Assert.Equal(4, strongest.Promoted.Count);
        Assert.True(strongest.Promoted[0].Score >= strongest.Promoted[1].Score && strongest.Suppressed[0].Score <= strongest.Suppressed[1].Score);
        Assert.Equal((long)Math.Round(strongest.Density * documents.Sum(document => document.Length)), strongest.Histogram.Sum());
    }

    [Theory]
    [InlineData("{ seeds: 1 }", "{}", "at least 2")]
    [InlineData("{}", "{ arms: [densse] }", "Did you mean dense?")]
    [InlineData("{ corpus: a.txt }", "{}", "belong together")]
    [InlineData("{ hidden: 3 }", "{}", "goes with hide_rest")]
    [InlineData("{}", "{ architecture: { name: topkk } }", "topk")]
    [InlineData("{}", "{ tilts: [{ name: ess, share: 2 }] }", "share must be in (0, 1]")]
    public void Recipe_Mistakes_AreNamed(string data, string method, string expected)
    {
        PalimpsestException error = Assert.Throws<PalimpsestException>(() =>
            RecipeReader.Parse<SsaeRecipe>($"schema: 1\nkind: ssae\ndata: {data}\nmethod: {method}\n", "recipe.yaml", []));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 94)]
    [InlineData(3, 3)]
    public void Texts_OfFiles_HideAsManyAsAsked(int? hidden, int expected)
    {
        string folder = Directory.CreateTempSubdirectory("palimpsest").FullName;
        string corpus = Path.Combine(folder, "corpus.jsonl"), own = Path.Combine(folder, "own.jsonl");
        File.WriteAllLines(corpus, Enumerable.Range(0, 40).Select(i => $"{{\"text\": \"general {i}\"}}"));
        File.WriteAllLines(own, Enumerable.Range(0, 100).Select(i => $"{{\"text\": \"own {i}\"}}"));
        SsaeTexts texts = SsaeTexts.Of(new SsaeDataSection { Corpus = corpus, SeedFile = own, HideRest = true, Hidden = hidden, Seeds = 2, Test = 4 }, 1);
        Assert.Equal(expected, texts.OfDomain!.Count(isOwn => isOwn));
        Assert.All(texts.Corpus.Zip(texts.OfDomain!), item => Assert.Equal(item.Second, item.First.StartsWith("own", StringComparison.Ordinal)));
        Assert.Empty(texts.Corpus.Intersect([.. texts.Seeds, .. texts.DomainTest]));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void AtL0_BetweenGeneralOnes_IsInterpolated()
    {
        SsaeArmResult Arm(double l0, double entropy) => new()
        {
            Name = "gsae",
            Sparsity = 1,
            Domain = new SetFigures(l0, 0, entropy, 0, 0),
            General = new SetFigures(l0, 0, entropy, 0, 0),
            Covered = [],
            Concepts = [],
            TailError = [0, 0, 0],
            TokenSetF1 = 0,
            LastStep = new Dictionary<string, double>(),
        };
        SsaeArmResult[] gsae = [Arm(10, 2), Arm(20, 1)];
        Assert.Equal(1.5, SsaeFigures.AtL0(gsae, 15), 1e-12);
        Assert.Equal(1, SsaeFigures.AtL0(gsae, 90), 1e-12);
    }
}
