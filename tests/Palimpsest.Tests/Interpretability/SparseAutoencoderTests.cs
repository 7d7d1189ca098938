using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Formats;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Interpretability.Ssae.Tilting;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Interpretability;

/// <summary>What holds of every architecture that is trained here, without reference values.</summary>
public sealed class SparseAutoencoderTests
{
    private const int Width = 12, Latents = 24;

    public static TheoryData<string> Trainable => [.. SaeArchitectures.Trainable];

    [Theory, MemberData(nameof(Trainable))]
    public void Losses_EveryArchitecture_HaveTheGradientsOfFiniteDifferences(string name)
    {
        using SparseAutoencoder sae = Make(name, exact: true);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = TestContexts.Normal(5, 16, Width).to_type(ScalarType.Float64);
        Shake(sae);
        Autograd.Backward(Loss(sae, x));
        RandomStream random = new(3, name);
        foreach (ParameterSlot slot in sae.Parameters.Layout.Slots.Where(slot => slot.Name != "threshold"))
        {
            using Tensor gradient = sae.Parameters[slot.Name].grad!.flatten().clone();
            for (int i = 0; i < 3; i++)
            {
                long place = random.NextInt((int)slot.Count);
                double expected = (At(sae, slot, place, 1e-6, x) - At(sae, slot, place, -1e-6, x)) / 2e-6;
                SaeGolden.Near(expected, Ops.Number(gradient.narrow(0, place, 1)), 1e-4, $"{name} {slot.Name}[{place}]");
            }
        }
    }

    [Theory, MemberData(nameof(Trainable))]
    public void Train_EveryArchitecture_LowersTheErrorAndResumesToTheBit(string name)
    {
        using TemporaryFolder folder = new();
        ActivationBatch rows = Rows(600);
        float[] Train(int steps, CheckpointStore? checkpoints, bool resume, out double first, out double last)
        {
            using SparseAutoencoder sae = Make(name, exact: false);
            using SaeObjective objective = new(sae, new EssTiltOptions { Share = 0.5 }, deadWindow: 5);
            TrainOptions options = SaeTraining.Options(40) with { BatchSize = 64, LearningRate = 3e-3, CheckpointEvery = 10 };
            using Trainer<ActivationBatch> trainer = SaeTraining.Of(sae, objective, options, new HeldActivations(rows, 64, new RandomStream(1, "rows")),
                new RandomStream(1, "train"),
                checkpoints: checkpoints);
            Assert.Equal(resume, trainer.TryResume());
            List<double> errors = [];
            using CancellationTokenSource stop = new();
            trainer.Run(progress =>
            {
                errors.Add(progress.Figures["mse_loss"]);
                if (progress.Step == steps)
                {
                    stop.Cancel();
                }
            }, stop: stop.Token);
            (first, last) = (errors[0], errors[^1]);
            float[] values = new float[sae.Parameters.Layout.Count];
            sae.Parameters.Read(values);
            return values;
        }

        float[] whole = Train(40, new CheckpointStore(Path.Combine(folder.Path, "whole")), false, out double before, out double after);
        Assert.True(after < before, $"{name}: {before} -> {after}");
        CheckpointStore store = new(Path.Combine(folder.Path, "parts"));
        Train(17, store, false, out _, out _);
        Assert.Equal(whole, Train(40, store, true, out _, out _));
    }

    [Theory, MemberData(nameof(Trainable))]
    public void ToInference_EveryArchitecture_KeepsOutputsAndComesBackFromDisk(string name)
    {
        using TemporaryFolder folder = new();
        using SparseAutoencoder sae = Make(name, exact: false);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using SparseAutoencoder used = SaeFolding.ToInference(sae, scale: 2);
        SaeLensFolder.Save(used, folder.Path, [.. Enumerable.Repeat(0.01, Latents)]);
        using SparseAutoencoder read = SaeFolder.Load(folder.Path);
        Tensor x = TestContexts.Normal(9, 8, Width);
        Assert.Equal(0, Ops.Number(Ops.Subtract(used.Output(used.Encode(x)), read.Output(read.Encode(x))).abs().max()));
        Assert.Equal(-2f, SaeLensFolder.ReadSparsity(folder.Path)![0], 1e-5f);
        if (sae is not BatchTopKSae)
        {
            Tensor scaled = Ops.Scale(sae.Output(sae.Encode(Ops.Scale(x, 2))), 0.5);
            Assert.InRange(Ops.Number(Ops.Subtract(used.Output(used.Encode(x)), scaled).abs().max()), 0, 1e-5);
        }
    }

    [Fact]
    public void UnitDecoder_Steps_KeepDirectionsAtLengthOne()
    {
        using SparseAutoencoder sae = Make("standard", exact: false);
        using SaeObjective objective = new(sae);
        TrainOptions options = SaeTraining.Options(5) with { BatchSize = 64 };
        using Trainer<ActivationBatch> trainer = SaeTraining.Of(sae, objective, options, new HeldActivations(Rows(200), 64, new RandomStream(1, "rows")),
            new RandomStream(1, "train"),
            unitDecoder: true);
        Assert.True(trainer.Run());
        using DisposeScope scope = NewDisposeScope();
        Assert.InRange(Ops.Number(Ops.Shift(sae.Decoder.norm(1, keepdim: false, p: 2), -1).abs().max()), 0, 1e-6);
    }

    [Fact]
    public void BatchTopK_Batch_KeepsExactlyKTimesRows()
    {
        using SparseAutoencoder sae = Make("batchtopk", exact: false);
        using DisposeScope scope = NewDisposeScope();
        Tensor acts = sae.Encode(TestContexts.Normal(2, 20, Width)).Acts;
        Assert.Equal(20 * 4, Ops.Number(acts.gt(Scalars.Zero).to_type(ScalarType.Float32).sum()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TopK_SparseDecode_HasOutputsAndGradientsOfTheDenseForm(bool centred)
    {
        float[][] both = [.. new[] { false, true }.Select(sparse =>
        {
            using SparseAutoencoder sae = SaeArchitectures.Create(new SaeConfig
            {
                Options = new TopKOptions { K = 5, UseSparseActivations = sparse },
                DIn = Width,
                DSae = Latents,
                IsTraining = true,
                ApplyBDecToInput = centred,
            }, 5);
            using DisposeScope scope = NewDisposeScope();
            Shake(sae);
            Tensor x = TestContexts.Normal(7, 3000, Width);
            SaeTerms terms = sae.Losses(x, x, new SaePass(0));
            Autograd.Backward(terms.Errors.mean());
            return (float[])[.. TensorBytes.ToArray(terms.Output), .. TensorBytes.ToArray(terms.Code.Acts), .. TensorBytes.ToArray(sae.Parameters.Gradients)];
        })];
        Assert.All(both[0].Zip(both[1]), pair => Assert.Equal(pair.First, pair.Second, 2e-5f));
    }

    [Fact]
    public void AuxK_DecoderBias_HasNoPartInIt()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor z = tensor(new[] { 3f, -1f, 2f, 5f }, [1, 4]), decoder = tensor(new[] { 1f, 0, 0, 1, 1, 1, 2, 0 }, [4, 2]),
            rest = tensor(new[] { 1f, 2f }, [1, 2]);
        Tensor dead = tensor(new[] { false, true, true, false });

        // k_aux is d / 2 = 1: of the dead latents the larger one, 2 (1, 1), against (1, 2); both dead latents are more than k_aux.
        Assert.Equal((2 - 1) * (2 - 1) + ((2 - 2) * (2 - 2)), Ops.Number(AuxK.Of(z, decoder, rest, new SaePass(0, dead, 2), 1)));
        Assert.Equal(0, Ops.Number(AuxK.Of(z, decoder, rest, new SaePass(0), 1)));
    }

    [Fact]
    public void Read_FormerMistakes_AreRefused()
    {
        Assert.Contains("k is 99", Assert.Throws<PalimpsestException>(() => SaeArchitectures.Create(SaeFormatTests.Tiny(new TopKOptions { K = 99 }))).Message,
            StringComparison.Ordinal);
        Assert.Contains("whole number", Assert.Throws<PalimpsestException>(() =>
            SaeArchitectures.Create(SaeFormatTests.Tiny(new TopKOptions { K = 2.5 }))).Message, StringComparison.Ordinal);
        Assert.Contains("target_l0", Assert.Throws<PalimpsestException>(() =>
            SaeArchitectures.Create(SaeFormatTests.Tiny(new JumpReluOptions { JumpreluSparsityLossMode = JumpReluSparsity.Quadratic }))).Message,
                StringComparison.Ordinal);
        Assert.Contains("must rise", Assert.Throws<PalimpsestException>(() =>
            SaeArchitectures.Create(SaeFormatTests.Tiny(new MatryoshkaOptions { K = 2, MatryoshkaWidths = [4, 2] }))).Message, StringComparison.Ordinal);
        Assert.Contains("transcoders", Assert.Throws<PalimpsestException>(() =>
            SaeArchitectures.Create(SaeFormatTests.Tiny(new StandardOptions()) with { DOut = 3 })).Message,
            StringComparison.Ordinal);
    }

    internal static ActivationBatch Rows(int count)
    {
        RandomStream random = new(8, "rows");
        PlantedDictionary planted = new(4, [.. Enumerable.Range(0, 30).Select(_ => Enumerable.Range(0, Width).Select(_ => (float)random.NextGaussian())
            .ToArray())]);
        float[] values = new float[count * Width];
        double[] often = [.. Enumerable.Repeat(0.1, 30)];
        for (int row = 0; row < count; row++)
        {
            planted.Row(row, often, values.AsSpan(row * Width, Width));
        }

        return new ActivationBatch(values, Width, [.. Enumerable.Range(0, count).Select(i => i % 7)], [.. Enumerable.Range(0, count).Select(i => i / 10)]);
    }

    private static SparseAutoencoder Make(string name, bool exact)
    {
        SaeOptions options = name switch
        {
            "gated" => new GatedOptions { L1Coefficient = 0.1 },
            "topk" => new TopKOptions { K = 4 },
            "batchtopk" => new BatchTopKOptions { K = 4 },
            "matryoshka_batchtopk" => new MatryoshkaOptions { K = 4, MatryoshkaWidths = [8, 16] },
            "jumprelu" => new JumpReluOptions { L0Coefficient = 0.1 },
            "transcoder" => new PlainTranscoderOptions { L1Coefficient = 0.1 },
            "skip_transcoder" => new SkipTranscoderOptions { L1Coefficient = 0.1 },
            _ => new StandardOptions { L1Coefficient = 0.1 },
        };
        return SaeArchitectures.Create(new SaeConfig
        {
            Options = options,
            DIn = Width,
            DSae = Latents,
            Dtype = exact ? "float64" : "float32",
            IsTraining = true,
            ApplyBDecToInput = options is not TranscoderOptions,
        }, 5);
    }

    // Away from zeros, where a ReLU has no derivative.
    private static void Shake(SparseAutoencoder sae)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        sae.Parameters.Values.add_(TestContexts.Normal(11, sae.Parameters.Layout.Count).mul(Scalars.Of(0.05)), Scalars.One);
    }

    private static Tensor Loss(SparseAutoencoder sae, Tensor x) =>
        sae.Losses(x, x, new SaePass(sae.Config.Options.Sparsity.Coefficient)).Terms.Select(term => term.Rows.mean()).Aggregate(Ops.Add);

    private static double At(SparseAutoencoder sae, ParameterSlot slot, long place, double step, Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor one = sae.Parameters.Values.narrow(0, slot.Offset + place, 1), kept = one.clone();
        one.add_(Scalars.Of(step), Scalars.One);
        double loss = Ops.Number(Loss(sae, x));
        one.copy_(kept);
        return loss;
    }
}
