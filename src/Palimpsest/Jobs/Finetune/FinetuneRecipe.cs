using Palimpsest.Common;
using Palimpsest.Data.Preferences;
using Palimpsest.Models.Transformers;
using Palimpsest.Runs.Recipes;
using Palimpsest.Training;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Objectives.Preferences;

namespace Palimpsest.Jobs.Finetune;

/// <summary>Fine-tunes a model on an owner's data, with some general text replayed so that it does not forget what it knew, and measures before and after.</summary>
public sealed record FinetuneRecipe : Recipe, IValidated
{
    private const double WholeLearningRate = 5e-4, AdapterLearningRate = 5e-3, PreferenceShare = 0.1;

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
    /// <value>The learning rate is 5e-4, and 5e-3 with an adapter, a tenth of that for preferences, unless the recipe says otherwise.</value>
    public TrainOptions Train { get; init; } = new() { Steps = 200, BatchSize = 32, EvaluateEvery = 50, CheckpointEvery = 50 };

    /// <summary>What is measured.</summary>
    public EvaluateSection Evaluate { get; init; } = new();

    internal FinetuneRecipe Completed => Train.LearningRate is null
        ? this with { Train = Train with { LearningRate = (Method.Lora is null ? WholeLearningRate : AdapterLearningRate) * (Method.Objective is NextTokenOptions ? 1 : PreferenceShare) } }
        : this;

    /// <summary>What the rows of the data say about answers.</summary>
    internal AnswerForm Answers => Method.Objective switch
    {
        NextTokenOptions => AnswerForm.Plain,
        KtoOptions => AnswerForm.Judged,
        _ => AnswerForm.Pairs,
    };

    /// <summary>Most tokens of an example.</summary>
    internal int LengthOf(TransformerModel model) => Train.MaxLength > 0 ? Math.Min(Train.MaxLength, model.Config.ContextLength) : model.Config.ContextLength;

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

        if (Method.Objective is not NextTokenOptions && Task != FinetuneTask.LanguageModel)
        {
            yield return "method.objective: preferences are for language models. Leave out task, or the objective.";
        }

        if (Method.Objective is not NextTokenOptions && (Data.ReplayFile is not null || Data.ReplayPercent is not null || Data.LossOnPrompt || Data.Packing))
        {
            yield return "method.objective: preferences are learnt from answers alone: leave out data.replay_file, data.replay_percent, data.loss_on_prompt and data.packing.";
        }

        if (Task == FinetuneTask.Classification && Method.Lora is not null)
        {
            yield return "task classification trains the whole model: leave out method.lora.";
        }
    }
}
