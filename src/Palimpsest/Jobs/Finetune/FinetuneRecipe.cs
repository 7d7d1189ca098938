using Palimpsest.Common;
using Palimpsest.Data;
using Palimpsest.Data.Preferences;
using Palimpsest.Models.Transformers;
using Palimpsest.Runs.Recipes;
using Palimpsest.Training;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Objectives.Preferences;

namespace Palimpsest.Jobs.Finetune;

/// <summary>Fine-tunes a model on an owner's data, with some general text replayed so that it does not forget what it knew, and measures before and
/// after.</summary>
public sealed record FinetuneRecipe : Recipe, IValidated
{
    private const double WholeLearningRate = 5e-4, AdapterLearningRate = 5e-3, PreferenceShare = 0.1, EncoderShare = 0.04;

    /// <summary>What the model is to do: go on with texts, classify them, find passages, or fill in hidden tokens.</summary>
    /// <value>The default is language-model.</value>
    public FinetuneTask Task { get; init; } = FinetuneTask.LanguageModel;

    /// <summary>The model to start from.</summary>
    public ModelSection Model { get; init; } = new();

    /// <summary>What it learns from.</summary>
    public FinetuneDataSection Data { get; init; } = new();

    /// <summary>What is trained: the whole model, or an adapter.</summary>
    public FinetuneMethod Method { get; init; } = new();

    /// <summary>How it learns.</summary>
    /// <value>The learning rate is 5e-4, and 5e-3 with an adapter, a tenth of that for preferences and a 25th for retrieval and hidden tokens, unless the
    /// recipe says otherwise.</value>
    public TrainOptions Train { get; init; } = new() { Steps = 200, BatchSize = 32, EvaluateEvery = 50, CheckpointEvery = 50 };

    /// <summary>What is measured.</summary>
    public EvaluateSection Evaluate { get; init; } = new();

    internal FinetuneRecipe Completed => Train.LearningRate is null
        ? this with
        {
            Train =
            Train with
            {
                LearningRate =
            (Method.Lora is null ? WholeLearningRate : AdapterLearningRate) * (IsEncoderTask ? EncoderShare : Method.Objective is NextTokenOptions
            ? 1 : PreferenceShare)
            }
        }
        : this;

    /// <summary>What the rows of the data say about answers.</summary>
    internal AnswerForm Answers => Task == FinetuneTask.Retrieval ? AnswerForm.Passages : Method.Objective switch
    {
        NextTokenOptions => AnswerForm.Plain,
        KtoOptions => AnswerForm.Judged,
        _ => AnswerForm.Pairs,
    };

    /// <summary>The examples of a file.</summary>
    internal IExampleSource Open(string file) => Task == FinetuneTask.Retrieval
        ? RetrievalData.Open(Data, file) : Data.Columns.Open(file, Data.SkipBad, Answers);

    private bool IsEncoderTask => Task is FinetuneTask.Retrieval or FinetuneTask.MaskedLanguageModel;

    /// <summary>Most tokens of an example.</summary>
    internal int LengthOf(TransformerModel model) => Train.MaxLength > 0 ? Math.Min(Train.MaxLength, model.Config.ContextLength) : model.Config.ContextLength;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Model.Adapter is not null)
        {
            yield return "model.adapter is for evaluating and generating; a fine-tuning starts without one. Merge the adapter first, or leave the key out.";
        }

        if (Task != FinetuneTask.LanguageModel)
        {
            foreach (string problem in TaskProblems())
            {
                yield return problem;
            }
        }

        if (Method.Contrastive is not null && Task != FinetuneTask.Retrieval)
        {
            yield return "method.contrastive is for task retrieval. Leave it out.";
        }

        if (Method.Objective is not NextTokenOptions && Task != FinetuneTask.LanguageModel)
        {
            yield return "method.objective: preferences are for language models. Leave out task, or the objective.";
        }

        if (Method.Objective is not NextTokenOptions && (Data.ReplayFile is not null || Data.ReplayPercent is not null || Data.LossOnPrompt || Data.Packing))
        {
            yield return "method.objective: preferences are learnt from answers alone: leave out data.replay_file, data.replay_percent, data.loss_on_prompt and data.packing.";
        }
    }

    private IEnumerable<string> TaskProblems()
    {
        (string name, string needs, string learns) = Task switch
        {
            FinetuneTask.Classification => ("classification", "texts as prompts and the names of their classes as completions", "classes"),
            FinetuneTask.Retrieval => ("retrieval", "rows with query and passage (or anchor and positive), and at will negative", "pairs of query and passage"),
            _ => ("masked-language-model", "texts", "texts by their hidden tokens"),
        };
        if (Data.File is null)
        {
            yield return $"task {name} needs data.file: {needs}.";
        }

        if (Method.Packed)
        {
            yield return $"method.packed is for models that go on with texts, not for task {name}. Leave it out.";
        }

        if (Data.ReplayFile is not null || Data.ReplayPercent is not null || Data.LossOnPrompt)
        {
            yield return $"task {name} learns {learns} only: leave out data.replay_file, data.replay_percent and data.loss_on_prompt.";
        }

        if (Data.Packing && IsEncoderTask)
        {
            yield return $"task {name} trains an encoder, whose tokens would see the other texts of a packed row: leave out data.packing.";
        }

        if (Evaluate.Sets.Count > 0)
        {
            yield return $"evaluate.sets are asked of a language model: task {name} has no answers to them. Leave them out.";
        }

        if (Task == FinetuneTask.Retrieval && !Data.Columns.Words.IsIdentity)
        {
            yield return "data.columns.words are put around prompts and completions: task retrieval takes queries and passages as they are. Leave them out.";
        }

        if (Task == FinetuneTask.Retrieval && Train.BatchSize < 2)
        {
            yield return "task retrieval needs a train.batch_size of at least 2: the other passages of a batch are what a query is told apart from.";
        }
    }
}
