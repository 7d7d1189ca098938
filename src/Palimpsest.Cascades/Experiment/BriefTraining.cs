using Palimpsest.Data.Batches;
using Palimpsest.Jobs;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Schedules;

namespace Palimpsest.Cascades.Experiment;

/// <summary>The fine-tuning of one of several models of a run.</summary>
internal static class BriefTraining
{
    /// <summary>Fine-tunes a model whole, or goes on where a killed run had come to.</summary>
    /// <param name="name">Of the model; its checkpoints have a folder of their own.</param>
    /// <param name="model">A trainable model.</param>
    /// <param name="sequences">What it learns.</param>
    /// <param name="steps">How many steps; more than an epoch has begin again.</param>
    /// <param name="recipe">Batch size and learning rate.</param>
    /// <param name="random">All draws.</param>
    /// <param name="context">The run.</param>
    /// <returns>Whether the end was reached.</returns>
    public static bool Run(string name, TransformerModel model, IReadOnlyList<TokenSequence> sequences, int steps, CascadeTrainSection recipe,
        RandomStream random, JobContext context)
    {
        TrainOptions options = new()
        {
            Steps = steps,
            BatchSize = recipe.BatchSize,
            LearningRate = recipe.LearningRate,
            Schedule = ScheduleKind.Cosine,
        };
        ShuffledBatches batches = new(sequences, recipe.BatchSize, random.Child("batches"));
        using Trainer<TokenBatch> trainer = Trainer.Of(model, options, batches, random.Child("train"),
            new CheckpointStore(Path.Combine(context.Run.Checkpoints, name)));
        return TrainingLoop.Run(trainer, options, context);
    }

    /// <summary>Steps of the recipe's passes over so many examples.</summary>
    public static int StepsFor(int examples, CascadeTrainSection recipe) => recipe.Epochs * ((examples + recipe.BatchSize - 1) / recipe.BatchSize);
}
