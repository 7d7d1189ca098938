using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Lets a model learn texts before it is looked at: one that has never met a domain has nothing to show of it.</summary>
internal static class ModelLearning
{
    private const int Batch = 16, Longest = 160;
    private const double Rate = 2e-3;

    /// <summary>Trains, or finds what a run has trained before.</summary>
    /// <param name="name">The model.</param>
    /// <param name="texts">What it learns.</param>
    /// <param name="steps">For how long; 0 for not at all.</param>
    /// <param name="torch">Device and compute type.</param>
    /// <param name="context">The run.</param>
    /// <returns>The folder of the model; null if the job was told to stop.</returns>
    public static string? Learn(string name, IExampleSource texts, int steps, TorchContext torch, JobContext context)
    {
        string folder = Path.Combine(context.Run.Artifacts, "model");
        if (steps == 0)
        {
            return EmbeddedModels.Resolve(name);
        }

        if (File.Exists(Path.Combine(folder, "tokenizer.json")))
        {
            return folder;
        }

        using LanguageModel model = LanguageModel.Load(name, torch);
        RandomStream random = torch.Stream("ssae", "learn");
        TrainOptions options = new() { Steps = steps, BatchSize = Batch, LearningRate = Rate, CheckpointEvery = 200 };
        using ExampleStream examples = new(texts, random.Child("texts"), 1);
        ExampleEncoder encoder = new(model.Tokenizer, Math.Min(model.Model.Config.ContextLength, Longest), TooLongPolicy.Truncate);
        using StreamBatches batches = new(examples, encoder, Batch, random.Child("batches"));
        using Trainer<TokenBatch> trainer = Trainer.Of(model.Model, options, batches, random,
            new CheckpointStore(Path.Combine(context.Run.Checkpoints, "model")));
        if (!TrainingLoop.Run(trainer, options, context))
        {
            return null;
        }

        model.Save(folder);
        return folder;
    }
}
