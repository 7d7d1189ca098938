using Palimpsest.Data.Batches;
using Palimpsest.Jobs;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Reasoning.Tasks;
using Palimpsest.Runs;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Objectives;

namespace Palimpsest.Reasoning.Arms;

/// <summary>The model of a generated task; its weights come and go as vectors, so that every arm begins at the same bits.</summary>
internal sealed class TaskModel(SmallModelSection shape, IReasoningTask task, long seed) : IDisposable
{
    /// <summary>The model.</summary>
    public CausalModel Causal { get; } = Fresh(shape, task, seed);

    /// <summary>Most tokens of a solution with its problem, so that the end behind it has room too.</summary>
    public int Capacity => Causal.Config.ContextLength - 1;

    /// <summary>A copy of the weights, or other ones in their place.</summary>
    public float[] Weights
    {
        get
        {
            float[] weights = new float[Causal.Parameters.Layout.Count];
            Causal.Parameters.Flat!.Read(weights);
            return weights;
        }
        set => Causal.Parameters.Flat!.Load(value);
    }

    /// <summary>Another model of the same kind.</summary>
    /// <param name="weights">Its weights.</param>
    public TaskModel Copy(float[] weights) => new(shape, task, seed) { Weights = weights };

    /// <summary>Trains.</summary>
    /// <typeparam name="TBatch">What a pass is made of.</typeparam>
    /// <param name="objective">What is minimised, over <see cref="Causal"/>.</param>
    /// <param name="batches">The data.</param>
    /// <param name="settings">Steps and rate.</param>
    /// <param name="random">All draws.</param>
    /// <param name="job">Is told how far it has come, and says when to stop.</param>
    /// <param name="stage">What this is, for people.</param>
    /// <returns>Whether it diverged; null if told to stop.</returns>
    public bool? Train<TBatch>(Objective<TBatch> objective, IBatchSource<TBatch> batches, TrainSettings settings, RandomStream random, JobContext job,
        string stage)
    {
        TrainOptions options = new() { Steps = settings.Steps, BatchSize = settings.BatchSize, LearningRate = settings.LearningRate };
        using Trainer<TBatch> trainer = new(Trainable.Whole(Causal), objective, options, batches, random);
        try
        {
            bool ended = trainer.Run(progress => job.Log.Progress(new JobProgress(stage, progress.Step, progress.Steps,
                FormattableString.Invariant($"loss {progress.Loss:F3}, {progress.TokensPerSecond:N0} tokens/s"), progress.Left)), stop: job.Stop);
            return ended ? false : null;
        }
        catch (DivergedException)
        {
            return true;
        }
    }

    /// <summary>Learns solutions by cross-entropy, from the weights that it has.</summary>
    /// <returns>As for <see cref="Train"/>.</returns>
    public bool? Imitate(IReadOnlyList<TokenSequence> solutions, TrainSettings settings, RandomStream random, JobContext job, string stage)
    {
        using TokenCrossEntropy objective = new(Causal);
        return Train(objective, new ShuffledBatches(solutions, settings.BatchSize, random.Child("batches")), settings, random, job, stage);
    }

    /// <summary>A prompt with a solution and its end, as it is learnt.</summary>
    public static TokenSequence Sequence(int[] prompt, int[] solution) => new([.. prompt, .. solution], prompt.Length);

    public void Dispose() => Causal.Dispose();

    private static CausalModel Fresh(SmallModelSection shape, IReasoningTask task, long seed)
    {
        TorchContext torch = new(ComputeType.F32, shape.Threads, seed);
        return CausalModel.Create(shape.Of(task.Symbols.Count, task.Context, SymbolTable.End), torch, torch.Stream("reasoning", "model"));
    }
}
