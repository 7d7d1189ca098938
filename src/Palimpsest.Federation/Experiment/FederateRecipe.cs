using Palimpsest.Common;
using Palimpsest.Federation.Clients;
using Palimpsest.Federation.Rounds;
using Palimpsest.Federation.Rounds.ServerOptimizers;
using Palimpsest.Jobs;
using Palimpsest.Runs.Recipes;
using Palimpsest.Torch;
using Palimpsest.Training.Optimizers;

namespace Palimpsest.Federation.Experiment;

/// <summary>Trains one model together on the data of many clients, who send what they have learnt and keep what they learnt it from.</summary>
public sealed record FederateRecipe : Recipe, IValidated
{
    private const double LanguageRate = 0.05, ClassRate = 0.02, WholeRate = 0.01;

    /// <summary>What the model is to do.</summary>
    /// <value>The default is language-model, and classification for biographies and where the head alone is trained.</value>
    public FederateTask? Task { get; init; }

    /// <summary>The model to start from.</summary>
    public ModelSection Model { get; init; } = new();

    /// <summary>The clients.</summary>
    public FederateDataSection Data { get; init; } = new();

    /// <summary>What is trained and sent.</summary>
    public FederateMethodSection Method { get; init; } = new();

    /// <summary>The server's rule of a step.</summary>
    /// <value>The default is AdamW at a rate of 0.01: at the 0.001 of FLASC's released code no B outgrows the masked-out entries of A within 60 rounds, and the
    /// masked model stays the base model.</value>
    public ServerOptimizerOptions Server { get; init; } = new ServerAdamWOptions();

    /// <summary>Rounds, clients of a round and their training.</summary>
    public FederationOptions Train { get; init; } = new();

    /// <summary>Private rounds.</summary>
    /// <value>The default is none.</value>
    public FederatePrivacySection? Privacy { get; init; }

    /// <summary>What is measured.</summary>
    public FederateEvaluateSection Evaluate { get; init; } = new();

    /// <summary>The recipe with the defaults that depend on other keys.</summary>
    internal FederateRecipe Completed => this with
    {
        Task = ChosenTask,
        Data = Data.Completed,
        Train = Train with { Local = Train.Local with { LearningRate = Train.Local.LearningRate ?? Rate } },
    };

    /// <summary>The clients' model.</summary>
    internal ClientModelOptions ClientModel => new()
    {
        Model = Model,
        Part = Method.Part,
        Lora = Method.Lora,
        Classifies = Task == FederateTask.Classification,
        TooLong = Data.TooLong,
        MostHeldOut = Evaluate.Items,
        Seed = Seed,
    };

    private FederateTask ChosenTask =>
        Task ?? (Data.IsBiographies || Method.Part == TrainedPart.Head ? FederateTask.Classification : FederateTask.LanguageModel);

    private double Rate => Method.Part == TrainedPart.Whole ? WholeRate : ChosenTask == FederateTask.Classification ? ClassRate : LanguageRate;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Model.Adapter is not null)
        {
            yield return "model.adapter: a federation starts without one. Merge the adapter first, or leave the key out.";
        }

        if (Model.Device != "cpu")
        {
            yield return "model.device must be cpu: what clients send is read from the memory of the processor.";
        }

        if (Model.Dtype == ComputeType.Auto)
        {
            yield return "model.dtype must be f32 or bf16: each worker would measure for itself, and some might choose otherwise than others.";
        }

        if (Model.Threads != 0)
        {
            yield return "model.threads has no part here: the threads of a worker are train.threads. Leave it out.";
        }

        if (Method.Part == TrainedPart.Head && Task == FederateTask.LanguageModel)
        {
            yield return "method.part: head is for task classification: a language model's output matrix is no head of its own. Take adapter or whole.";
        }

        if (Task == FederateTask.Classification && Data is { File: null, IsBiographies: false })
        {
            yield return "task classification needs classes: set data.world to biographies, or name a file in data.file with texts as prompts and the names "
                + "of their classes as completions.";
        }

        if (Privacy is not null && Method.Aggregator != FederateAggregator.Mean)
        {
            yield return "method.aggregator has no part in private rounds, whose noisy sum is divided by the expected cohort. Leave it out, or privacy.";
        }

        if (Train.Local.Optimizer is not (SgdOptions or AdamWOptions))
        {
            yield return "train.local.optimizer must be sgd or adamw: others keep gradients where an algorithm's masks and corrections do not reach them.";
        }
    }
}
