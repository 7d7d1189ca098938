using Palimpsest.Common;
using Palimpsest.Jobs;
using Palimpsest.Runs.Recipes;
using Palimpsest.Training;

namespace Palimpsest.Unlearning.Approximate.Experiment;

/// <summary>Makes a model unlearn one set of examples and keep another, by an approximate method, and measures before and after.</summary>
public sealed record UnlearnRecipe : Recipe, IValidated
{
    private const double WholeLearningRate = 1e-4, AdapterLearningRate = 1e-3;

    /// <summary>The model to start from.</summary>
    public ModelSection Model { get; init; } = new();

    /// <summary>What is to be forgotten, and what is to stay.</summary>
    public UnlearnDataSection Data { get; init; } = new();

    /// <summary>The loss, and what is trained.</summary>
    public UnlearnMethod Method { get; init; } = new();

    /// <summary>How it learns; a batch holds so many forget rows, and as many retain rows.</summary>
    /// <value>The learning rate is 1e-4, and 1e-3 with an adapter, unless the recipe says otherwise.</value>
    public TrainOptions Train { get; init; } = new() { Steps = 100, BatchSize = 8, EvaluateEvery = 25, CheckpointEvery = 25 };

    /// <summary>What is measured.</summary>
    public UnlearnEvaluateSection Evaluate { get; init; } = new();

    internal UnlearnRecipe Completed => Train.LearningRate is not null
        ? this : this with { Train = Train with { LearningRate = Method.Lora is null ? WholeLearningRate : AdapterLearningRate } };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Model.Adapter is not null)
        {
            yield return "model.adapter is for evaluating and generating; unlearning starts without one. Merge the adapter first, or leave the key out.";
        }

        if (Data.Refusals is not null && Method.Objective.Alternates != AlternateAnswers.Refusals)
        {
            yield return "data.refusals are for dpo-idk and idk-po. Leave them out.";
        }

        if ((Data.Alternatives is not null) != (Method.Objective.Alternates == AlternateAnswers.Given))
        {
            yield return "data.alternatives and the objective altpo go together: give both or neither.";
        }

        if (Train.Dropout > 0 && Method.Lora is not null && Method.Objective.NeedsReference)
        {
            yield return "train.dropout would change the frozen model too, which is the trained one with its adapter off. Leave it out.";
        }
    }
}
