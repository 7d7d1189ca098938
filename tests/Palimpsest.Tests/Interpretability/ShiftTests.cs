using Microsoft.Extensions.AI;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.Dashboards;
using Palimpsest.Interpretability.Experiment;
using Palimpsest.Interpretability.Shift;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Formats;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Interpretability;

/// <summary>Attribution, ablation and probes; and a chat model that is asked what a latent stands for.</summary>
public sealed class ShiftTests
{
    private const string Hook = "blocks.0.hook_resid_post", ProbeHook = "blocks.1.hook_resid_post";

    [Fact]
    public void LinearProbe_SeparableRows_AreTold()
    {
        RandomStream random = new(4, "probe");
        float[][] rows = [.. Enumerable.Range(0, 200).Select(i => new[] { (float)random.NextGaussian(), (i % 2 == 0 ? 1f : -1f)
            + (0.3f * (float)random.NextGaussian()), 5f })];
        LinearProbe probe = LinearProbe.Train(rows, [.. rows.Select((_, i) => i % 2 == 0)]);
        Assert.InRange(rows.Select((row, i) => probe.Says(row) == (i % 2 == 0)).Count(right => right), 195, 200);
        Assert.True(probe.Weights[1] > 10 * Math.Abs(probe.Weights[0]));
    }

    [Fact]
    public void OfLatents_SumOfEffects_IsAboutWhatTheLatentsChangeTogether()
    {
        using CausalModel model = ActivationTests.Tiny();
        using SparseAutoencoder sae = SaeArchitectures.Create(new SaeConfig
        {
            Options = new StandardOptions { DecoderInitNorm = 0.3 },
            DIn = model.Config.HiddenSize,
            DSae = 40
        }, 3);
        int[][] documents = ActivationTests.Documents(6);
        bool[] labels = [true, false, true, true, false, true];
        PooledStates states = new(model, ProbeHook, []);
        float[][] rows = states.Of(documents);
        LinearProbe probe = LinearProbe.Train(rows, labels);
        float[] effects = Attribution.OfLatents(model, states, probe, Hook, sae, documents, labels);
        using Ablation off = new(model, [(Hook, sae, [.. Enumerable.Range(0, 40)])]);
        float[][] without = states.Of(documents);
        double Metric(float[][] some) => some.Select((row, i) => (labels[i] ? 1 : -1) * row.Select((value, j) => (double)value * probe.Weights[j]).Sum())
            .Average();
        double change = Metric(rows) - Metric(without);
        Assert.Equal(change, effects.Sum(), Math.Max(0.15 * Math.Abs(change), 0.02));
        Assert.NotEqual(0, change, 1e-4);
    }

    [Fact]
    public void Ablation_Disposed_LeavesTheModelAsItWas()
    {
        using CausalModel model = ActivationTests.Tiny();
        using SparseAutoencoder sae = SaeArchitectures.Create(new SaeConfig { Options = new StandardOptions(), DIn = model.Config.HiddenSize, DSae = 40 }, 3);
        PooledStates states = new(model, ProbeHook, []);
        float[][] before = states.Of(ActivationTests.Documents(3));
        using (new Ablation(model, [(Hook, sae, [1, 2, 3])]))
        using (new NeuronAblation(model, [(Hook, [0, 5], new float[model.Config.HiddenSize])]))
        {
            Assert.NotEqual(before[0], states.Of(ActivationTests.Documents(3))[0]);
        }

        Assert.Equal(before[0], states.Of(ActivationTests.Documents(3))[0]);
    }

    [Fact]
    public void GroupScores_KnownAnswers_AreCounted()
    {
        GroupScores scores = GroupScores.Of([true, true, false, false], [true, false, false, true], [true, true, false, false]);
        Assert.Equal((0.5, 1.0, 0.0), (scores.Wanted, scores.Spurious, scores.Worst));
    }

    [Fact]
    public void SpuriousRemoval_PlantedLatent_IsRankedFirstAndTakenOut()
    {
        float[][] decoder = [[1, 0], [0, 1], [0.1f, 0.1f]], acts = [.. Enumerable.Range(0, 40).Select(i => new[] { i % 2 == 0 ? 2f : 0, 1, i % 3 })];
        bool[] labels = [.. Enumerable.Range(0, 40).Select(i => i % 2 == 0)];
        float[][] states = [.. acts.Select(f => new[] { f[0] + (0.1f * f[2]) + 3, f[1] + (0.1f * f[2]) })];
        LinearProbe probe = LinearProbe.Train(states, labels);
        Assert.Equal(0, SpuriousRemoval.Ranked(acts, labels, probe, decoder)[0]);
        float[][] without = SpuriousRemoval.Without(states, acts, [0], decoder);
        Assert.All(without.Select((row, i) => (row, i)), item => Assert.Equal(3 + (0.1f * acts[item.i][2]), item.row[0], 1e-5f));
        Assert.Equal(1, SpuriousRemoval.SparseProbing(acts, labels, 1));
        Assert.Equal(0.5, SpuriousRemoval.Scr(0.6, 0.75, 0.9), 1e-9);
        Assert.Equal(0, SpuriousRemoval.Scr(0.9, 0.95, 0.9));
        Assert.Equal(0.25, SpuriousRemoval.Tpp(0.3, [0.0, 0.1]), 1e-9);
    }

    [Fact]
    public void ProbeScores_TwoKindsOfTexts_AreTold()
    {
        using CausalModel model = ActivationTests.Tiny();
        using SparseAutoencoder sae = SaeArchitectures.Create(new SaeConfig
        {
            Options = new StandardOptions { DecoderInitNorm = 1 },
            DIn = model.Config.HiddenSize,
            DSae = 64
        }, 3);
        ActivationReader reader = new(model, Hook);
        bool[] kind = [.. Enumerable.Range(0, 80).Select(i => i % 2 == 0)], other = [.. Enumerable.Range(0, 80).Select(i => i / 2 % 2 == 0)];
        int[][] documents = [.. ActivationTests.Documents(80).Select((ids, i) => (int[])[.. ids[..4], .. Enumerable.Repeat(kind[i] ? 7 : 9, 6),
            other[i] ? 11 : 12])];
        ProbeScores scores = new(reader, sae, documents);
        Assert.InRange(scores.Dense(kind), 0.9, 1);
        Assert.InRange(scores.Sparse(kind, 5), 0.7, 1);
        Assert.Equal(0, scores.Scr(kind, other, 0));
        Assert.Equal(0, scores.Tpp([kind, other], 0));
        Assert.InRange(scores.Tpp([kind, other], 8), 0.01, 1);
    }

    [Fact]
    public async Task ChatExplainer_ScriptedModel_IsScoredByItsLists()
    {
        using LanguageModel model = LanguageModel.Load("base-v1", TestContexts.F32(), LoadMode.Mapped);
        LatentWindow[] windows = [.. Enumerable.Range(0, 6).Select(i =>
            new LatentWindow(model.Tokenizer.Encode("the griffin stood", addSpecialTokens: false)[..2], i < 3 ? [0, 2] : [0, 0]))];
        using Scripted client = new("It stands for beasts.", "thinking [0] ... [1, 1, 1, 0, 1]", "no list at all", "[1, 0, 1]");
        ChatExplainer explainer = new(client, model.Tokenizer);
        string explanation = await explainer.ExplainAsync(windows[..3]);
        Assert.Equal("It stands for beasts.", explanation);
        Assert.Contains("«", client.Asked[0], StringComparison.Ordinal);
        (double precision, double recall, _, _) = await explainer.DetectAsync(explanation, windows);
        Assert.Equal((0.75, 1.0), (precision, recall));
        Assert.DoesNotContain("«the", client.Asked[1].Split("Text 1:")[1], StringComparison.Ordinal);
        Assert.Equal(1, (await explainer.FuzzAsync(explanation, windows[..3], new RandomStream(1, "fuzz"))).F1);
    }

    [Fact]
    public async Task LatentExplanations_ScriptedModel_AreJudgedOnOtherExamples()
    {
        using TemporaryFolder folder = new();
        using (SparseAutoencoder made = SaeArchitectures.Create(new SaeConfig
        {
            Options = new StandardOptions(),
            DIn = 128,
            DSae = 16,
            Metadata = new() { ["model_name"] = "base-v1", ["hook_name"] = Hook },
        }, 3))
        {
            SaeLensFolder.Save(made, folder.Path);
        }

        using SaeSession session = SaeSession.Open(folder.Path, null, null, TestContexts.F32());
        Assert.Null(session.Strange);
        IReadOnlyList<int[]> documents = session.Documents(["the griffin stood on the hill", "a cook stirred the soup", "rain fell on the roof all day"]);
        using Scripted client = new("It stands\nfor beasts.", "[1, 1, 1, 1, 1]", "[1, 0]", "[1]", "[1]");
        List<string> said = [];
        await foreach (string line in LatentExplanations.OfAsync(session, documents, [5], client, 1, TestContext.Current.CancellationToken))
        {
            said.Add(line);
        }

        Assert.StartsWith("5: ", said[0], StringComparison.Ordinal);
        Assert.True(said.Count == 1 || said[1].Contains("detection: F1", StringComparison.Ordinal), said[^1]);
        await Assert.ThrowsAsync<PalimpsestException>(async () =>
        {
            await foreach (string line in LatentExplanations.OfAsync(session, documents, [16], client, 1, TestContext.Current.CancellationToken))
            {
                said.Add(line);
            }
        });
    }

    private sealed class Scripted(params string[] replies) : IChatClient
    {
        public List<string> Asked { get; } = [];

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            Asked.Add(messages.Single().Text);
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, replies[Asked.Count - 1])));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null,
            CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
