using System.Text.Json.Nodes;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation.Parity;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Formats;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Interpretability;

/// <summary>Activations of a tiny model: what is read, in what order, from where, and what a change of them does.</summary>
public sealed class ActivationTests
{
    private const string Hook = "blocks.1.hook_resid_post";

    public static TheoryData<string> Hooks => SaeGolden.Root is string root ? [.. Directory.GetDirectories(Path.Combine(root, "hooks"))
        .Order(StringComparer.Ordinal)] : [];

    [Fact]
    public void Read_SpecialTokens_AreLeftOutAndRowsAreTheHooks()
    {
        using CausalModel model = Tiny();
        using DisposeScope scope = NewDisposeScope();
        int[][] documents = Documents(5);
        ActivationBatch rows = new ActivationReader(model, Hook, leftOut: [6]).Read(documents);
        Assert.Equal(documents.Sum(document => document.Count(token => token != 6)), rows.Rows);
        Assert.DoesNotContain(6, rows.Tokens);
        Tensor? seen = null;
        using (model.Hooks.Add(Hook, x => seen = x.clone().DetachFromDisposeScope()))
        using (no_grad())
        {
            model.Hidden(tensor(documents[2].Select(id => (long)id).ToArray(), [1, documents[2].Length]));
        }

        float[] expected = TensorBytes.ToArray(seen!);
        seen!.Dispose();
        foreach (int row in Enumerable.Range(0, rows.Rows).Where(row => rows.Documents[row] == 2))
        {
            foreach ((float wanted, float given) in expected.AsSpan(rows.Places[row] * rows.Width, rows.Width).ToArray().Zip(rows.Row(row).ToArray()))
            {
                Assert.Equal(wanted, given, 1e-5f);
            }
        }
    }

    [Fact]
    public void Read_EarlyExit_ComputesNoLaterBlock()
    {
        using CausalModel model = Tiny();
        int late = 0;
        using IDisposable watch = model.Hooks.Add($"blocks.{model.Config.Layers - 1}.hook_resid_post", x =>
        {
            late++;
            return x;
        });
        new ActivationReader(model, "blocks.0.hook_resid_post").Read(Documents(3));
        Assert.Equal(0, late);
        Assert.Contains("Did you mean", Assert.Throws<PalimpsestException>(() => new ActivationReader(model, "blocks.0.hook_resid_pst")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Batches_RestoredCursor_GoOnToTheBit(bool cached)
    {
        using TemporaryFolder folder = new();
        using CausalModel model = Tiny();
        ActivationReader reader = new(model, Hook);
        using ActivationCache? cache = cached ? ActivationCache.OpenOrMake(Path.Combine(folder.Path, "a.safetensors"), reader, Documents(30), "tiny") : null;
        IBatchSource<ActivationBatch> Make() => cache is null ? new StreamedActivations(reader, Documents(30), 16, 3, new RandomStream(4, "stream"))
            : new CachedActivations(cache, 16, new RandomStream(4, "stream"));
        IBatchSource<ActivationBatch> whole = Make(), part = Make(), resumed = Make();
        ActivationBatch[] expected = [.. Enumerable.Range(0, 40).Select(_ => whole.Next())];
        for (int i = 0; i < 23; i++)
        {
            part.Next();
        }

        resumed.RestoreCursor(part.SaveCursor());
        for (int i = 23; i < expected.Length; i++)
        {
            ActivationBatch batch = resumed.Next();
            Assert.Equal(expected[i].Values, batch.Values);
            Assert.Equal(expected[i].Tokens, batch.Tokens);
        }

        Assert.True(expected.Take(10).SelectMany(batch => batch.Documents).Distinct().Count() > 8, "rows of many documents are mixed");
    }

    [Fact]
    public void Cache_OtherTexts_AreRefusedAndRowsAreRoundedToBf16()
    {
        using TemporaryFolder folder = new();
        using CausalModel model = Tiny();
        ActivationReader reader = new(model, Hook);
        string path = Path.Combine(folder.Path, "a.safetensors");
        using (ActivationCache cache = ActivationCache.OpenOrMake(path, reader, Documents(4), "tiny")!)
        {
            ActivationBatch all = reader.Read(Documents(4)), read = cache.Read([.. Enumerable.Range(0, all.Rows)]);
            Assert.Equal(all.Tokens, read.Tokens);
            Assert.Equal(all.Documents, read.Documents);
            Bf16Grid.Nearest(all.Values);
            Assert.Equal(all.Values, read.Values);
        }

        using CancellationTokenSource stop = new();
        stop.Cancel();
        string other = Path.Combine(folder.Path, "b.safetensors");
        Assert.Null(ActivationCache.OpenOrMake(other, reader, Documents(4), "tiny", stop: stop.Token));
        Assert.False(File.Exists(other));
        Assert.Contains("other texts", Assert.Throws<PalimpsestException>(() => ActivationCache.OpenOrMake(path, reader, Documents(5), "tiny")).Message,
            StringComparison.Ordinal);
        Assert.Contains("fill no batch", Assert.Throws<PalimpsestException>(() => new StreamedActivations(reader, Documents(1), 4096, 1,
            new RandomStream(1, "x"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Splice_WithItsErrorTerm_LeavesTheCrossEntropy()
    {
        using CausalModel model = Tiny();
        using SparseAutoencoder sae = SaeArchitectures.Create(new SaeConfig { Options = new StandardOptions(), DIn = model.Config.HiddenSize, DSae = 40 }, 3);
        SplicedLosses losses = new(model, Hook, Documents(6), [6]);
        double clean = losses.CrossEntropies().Average(), zeroed = losses.CrossEntropies(SplicedLosses.Zero).Average();
        SaeSplice same = new(sae) { ErrorTerm = true }, whole = new(sae), off = new(sae) { ErrorTerm = true, Edit = SaeSplice.Setting([3, 4], 40) };
        Assert.Equal(clean, losses.CrossEntropies((x, keep) => same.Apply(x, keep)).Average(), 1e-6);
        Assert.NotEqual(clean, losses.CrossEntropies((x, keep) => whole.Apply(x, keep)).Average(), 1e-3);
        Assert.Equal(0, losses.Divergence((x, keep) => same.Apply(x, keep)), 1e-6);
        Assert.True(losses.Divergence((x, keep) => off.Apply(x, keep)) >= 0);
        Assert.Equal(1, SplicedLosses.Recovered(clean, clean, zeroed), 1e-12);
        Assert.Equal(0, SplicedLosses.Recovered(clean, zeroed, zeroed), 1e-12);
        Assert.Contains("no latent 40", Assert.Throws<PalimpsestException>(() => SaeSplice.Setting([40], 40)).Message, StringComparison.Ordinal);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Hooks))]
    public void Splice_ReferenceModels_HaveTheReferencesScores(string folder)
    {
        using References references = new(folder);
        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")))!;
        using CausalModel model = ModelFolder.Load(Path.Combine(folder, "..", "..", "..", "transformers", json["model"]!.ToString()), TestContexts.F32(),
            LoadMode.Mapped);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        int[][] documents = [.. references.Load("input_ids").data<long>().ToArray().Select(id => (int)id).Chunk((int)references.Load("input_ids").size(1))];
        foreach ((string name, JsonNode? expected) in json["saelens_metrics"]!.AsObject())
        {
            using SparseAutoencoder sae = SaeFolder.Load(Path.Combine(folder, "..", "..", name.Split('_')[1], "inference"));
            int[] special = [.. expected!["ignore_tokens"]?.AsArray().Select(id => (int)id!) ?? []];
            SplicedLosses losses = new(model, json["hook_of_interventions"]!.ToString(), documents, special);
            SaeSplice splice = new(sae);
            double clean = losses.CrossEntropies().Average(), spliced = losses.CrossEntropies((x, keep) => splice.Apply(x, keep)).Average();
            JsonNode exact = expected["float64"]!;
            SaeGolden.Near((double)exact["ce_loss_without_sae"]!, clean, 2e-5, name);
            SaeGolden.Near((double)exact["ce_loss_with_sae"]!, spliced, 2e-5, name);
            double divergence = losses.Divergence((x, keep) => splice.Apply(x, keep));
            SaeGolden.Near((double)exact["kl_div_with_sae"]!, divergence, 2e-5, name);

            // The reference sets special tokens to zero too.
            double zeroed = losses.CrossEntropies((x, _) => zeros_like(x)).Average(), lost = losses.Divergence((x, _) => zeros_like(x));
            SaeGolden.Near((double)exact["ce_loss_with_ablation"]!, zeroed, 2e-5, name);
            SaeGolden.Near((double)exact["ce_loss_score"]!, SplicedLosses.Recovered(clean, spliced, zeroed), 1e-4, name);
            SaeGolden.Near((double)exact["kl_div_with_ablation"]!, lost, 2e-5, name);
            SaeGolden.Near((double)exact["kl_div_score"]!, SplicedLosses.Recovered(0, divergence, lost), 1e-4, name);
            if (special.Length == 0)
            {
                Assert.Equal(zeroed, losses.CrossEntropies(SplicedLosses.Zero).Average());
            }
        }
    }

    internal static CausalModel Tiny() => ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32(), LoadMode.Mapped);

    internal static int[][] Documents(int count)
    {
        RandomStream random = new(6, "documents");
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 5 + random.NextInt(12)).Select(_ => 5 + random.NextInt(40)).ToArray())];
    }
}
