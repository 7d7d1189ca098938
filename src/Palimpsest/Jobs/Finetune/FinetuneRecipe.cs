using Palimpsest.Common;
using Palimpsest.Runs.Recipes;
using Palimpsest.Training;

namespace Palimpsest.Jobs.Finetune;

/// <summary>Fine-tunes a model on an owner's data, with some general text replayed so that it does not forget what it knew, and measures before and after.</summary>
public sealed record FinetuneRecipe : Recipe, IValidated
{
    private const double WholeLearningRate = 5e-4, AdapterLearningRate = 5e-3;

    /// <summary>What the model is to do: go on with texts, or classify them.</summary>
    /// <value>The default is language-model.</value>
    public FinetuneTask Task { get; init; } = FinetuneTask.LanguageModel;

    /// <summary>The model to start from.</summary>
    public ModelSection Model { get; init; } = new();

    /// <summary>What it learns from.</summary>
    public FinetuneDataSection Data { get; init; } = new();

    /// <summary>What is trained: the whole model, or an adapter.</summary>
    public FinetuneMethod Method { get; init; } = new();

    /// <summary>How it learns.</summary>
    /// <value>The learning rate is 5e-4, and 5e-3 with an adapter, unless the recipe says otherwise.</value>
    public TrainOptions Train { get; init; } = new() { Steps = 200, BatchSize = 32, EvaluateEvery = 50, CheckpointEvery = 50 };

    /// <summary>What is measured.</summary>
    public EvaluateSection Evaluate { get; init; } = new();

    internal FinetuneRecipe Completed => Train.LearningRate is null ? this with { Train = Train with { LearningRate = Method.Lora is null ? WholeLearningRate : AdapterLearningRate } } : this;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Model.Adapter is not null)
        {
            yield return "model.adapter is for evaluating and generating; a fine-tuning starts without one. Merge the adapter first, or leave the key out.";
        }

        if (Task == FinetuneTask.Classification && Data.File is null)
        {
            yield return "task classification needs data.file: texts as prompts and the names of their classes as completions.";
        }

        if (Task == FinetuneTask.Classification && (Data.ReplayFile is not null || Data.LossOnPrompt))
        {
            yield return "task classification learns classes only: leave out data.replay_file and data.loss_on_prompt.";
        }

        if (Task == FinetuneTask.Classification && Method.Lora is not null)
        {
            yield return "task classification trains the whole model: leave out method.lora.";
        }
    }
}
