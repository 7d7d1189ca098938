using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Families;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.ReLora;

namespace Palimpsest.Tests.Training;

/// <summary>A model of a few thousand parameters and data for it.</summary>
internal static class TinyTraining
{
    public static LlamaConfig Config => new() { VocabularySize = 50, HiddenSize = 32, IntermediateSize = 48, Layers = 2, Heads = 4, KeyValueHeads = 2, HeadWidth = 8, ContextLength = 32, TiedEmbeddings = true };

    /// <summary>ReLoRA that is merged twice on its way, with a checkpoint between two merges.</summary>
    public static TrainOptions Restarted { get; } = new()
    {
        Steps = 8,
        WarmupSteps = 1,
        LearningRate = 2e-2,
        CheckpointEvery = 2,
        KeepCheckpoints = 1,
        Optimizer = new ReLoraOptions { Every = 3, Warmup = 1 },
    };

    public static CausalModel NewModel(int vocabulary = 50) =>
        CausalModel.Create(Config with { VocabularySize = vocabulary }, TestContexts.F32(), new RandomStream(3));

    /// <summary>Trains a model, or goes on, up to a number of steps of this call; the weights then.</summary>
    public static byte[] Train(TrainOptions options, string? folder, int stopAfter = int.MaxValue, int vocabulary = 50)
    {
        using CausalModel model = NewModel(vocabulary);
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, options, new Batches(1), new RandomStream(7, "train"), folder is null ? null : new CheckpointStore(folder));
        Run(trainer, stopAfter);
        return model.Parameters.Flat!.Values.bytes.ToArray();
    }

    /// <summary>Goes on from the newest checkpoint, if there is one, and stops after a number of steps; their losses.</summary>
    public static List<double> Run(Trainer<TokenBatch> trainer, int stopAfter = int.MaxValue, Func<int, double>? evaluate = null)
    {
        trainer.TryResume();
        using CancellationTokenSource stop = new();
        List<double> losses = [];
        trainer.Run(
            progress =>
            {
                losses.Add(progress.Loss);
                if (losses.Count == stopAfter)
                {
                    stop.Cancel();
                }
            },
            evaluate,
            stop.Token);
        return losses;
    }

    /// <summary>Short ragged sequences from a counter-based stream.</summary>
    internal sealed class Batches(long seed) : IBatchSource<TokenBatch>
    {
        private readonly RandomStream _stream = new(seed, "data");

        public TokenBatch Next() => TokenBatch.Of([.. Enumerable.Range(0, 4).Select(_ =>
        {
            int length = 5 + _stream.NextInt(12), start = _stream.NextInt(50);
            return new TokenSequence([.. Enumerable.Range(0, length).Select(i => (start + (3 * i)) % 50)], 2);
        })]);

        public string SaveCursor() => _stream.Position.ToString(CultureInfo.InvariantCulture);

        public void RestoreCursor(string cursor) => _stream.Position = ulong.Parse(cursor, CultureInfo.InvariantCulture);
    }
}
