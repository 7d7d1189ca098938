using System.Diagnostics;
using System.Globalization;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Benchmarks;

/// <summary>Tokens a second of training a top-k autoencoder with dense and with sparse decoding, against the matrix products alone; and of gathering
/// activations
/// against the model's forward pass.</summary>
internal static class SaeBenchmark
{
    private const int Width = 128, Batch = 1024, K = 32;

    public static void Run(int rounds)
    {
        TorchThreads.Use(0);
        foreach (int expansion in (int[])[8, 32])
        {
            int latents = Width * expansion;
            double dense = Step(latents, sparse: false, rounds), sparse = Step(latents, sparse: true, rounds), floor = Floor(latents, rounds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  m = {latents} ({expansion} d), batch {Batch}, k {K}: dense {Batch / dense:N0} tokens/s, sparse {Batch / sparse:N0}, five matrix products "
                    + $"{Batch / floor:N0} (dense {100 * floor / dense:F0}% of that, sparse {100 * floor / sparse:F0}%)"));
        }

        Gathering(rounds);
    }

    private static double Step(int latents, bool sparse, int rounds)
    {
        using SparseAutoencoder sae = SaeArchitectures.Create(
            new SaeConfig { Options = new TopKOptions { K = K, UseSparseActivations = sparse }, DIn = Width, DSae = latents, IsTraining = true }, 1);
        using SaeObjective objective = new(sae, deadWindow: int.MaxValue);
        float[] values = new float[4 * Batch * Width];
        RandomStream random = new(1);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)random.NextGaussian();
        }

        HeldActivations batches = new(new ActivationBatch(values, Width, new int[4 * Batch], new int[4 * Batch]), Batch, random.Child("rows"));
        using Trainer<ActivationBatch> trainer = SaeTraining.Of(sae, objective, SaeTraining.Options(rounds + 2), batches, random.Child("train"));
        List<double> times = [];
        long clock = Stopwatch.GetTimestamp();
        trainer.Run(_ =>
        {
            times.Add(Stopwatch.GetElapsedTime(clock).TotalSeconds);
            clock = Stopwatch.GetTimestamp();
        });
        return times.Skip(2).Min();
    }

    // Encode, decode, and the gradients of decoder, latents and encoder.
    private static double Floor(int latents, int rounds)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor x = randn(Batch, Width), encoder = randn(Width, latents), decoder = randn(latents, Width), f = randn(Batch, latents);
        double best = double.PositiveInfinity;
        for (int i = 0; i < rounds + 2; i++)
        {
            using DisposeScope pass = NewDisposeScope();
            long clock = Stopwatch.GetTimestamp();
            x.matmul(encoder);
            f.matmul(decoder);
            f.t().matmul(x);
            x.matmul(decoder.t());
            x.t().matmul(f);
            best = Math.Min(best, Stopwatch.GetElapsedTime(clock).TotalSeconds);
        }

        return best;
    }

    private static void Gathering(int rounds)
    {
        using LanguageModel model = LanguageModel.Load(EmbeddedModels.Default, new TorchContext(), LoadMode.Mapped);
        RandomStream random = new(2);
        int[][] documents = [.. Enumerable.Range(0, 64).Select(_ => Enumerable.Range(0, 128).Select(_ => random.NextInt(model.Model.Config.VocabularySize))
            .ToArray())];
        string last = $"blocks.{model.Model.Config.Layers - 1}.hook_resid_post";
        ActivationReader whole = new(model.Model, last), early = new(model.Model, "blocks.1.hook_resid_post");
        double forward = Best(() =>
        {
            using IDisposable noGrad = no_grad();
            using DisposeScope scope = NewDisposeScope();
            foreach (int[][] part in documents.Chunk(32))
            {
                model.Model.Hidden(tensor(part.SelectMany(ids => ids.Select(id => (long)id)).ToArray(), [part.Length, 128]));
            }
        });
        double gathered = Best(() => whole.Read(documents)), stopped = Best(() => early.Read(documents));
        double tokens = documents.Sum(document => document.Length);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  gathering behind the last block {tokens / gathered:N0} tokens/s, behind the second {tokens / stopped:N0}, the model's forward pass "
                + $"{tokens / forward:N0} (gathering {100 * forward / gathered:F0}% of it)"));

        double Best(Action action)
        {
            double best = double.PositiveInfinity;
            for (int i = 0; i < rounds; i++)
            {
                long clock = Stopwatch.GetTimestamp();
                action();
                best = Math.Min(best, Stopwatch.GetElapsedTime(clock).TotalSeconds);
            }

            return best;
        }
    }
}
