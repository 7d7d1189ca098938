using Palimpsest.Common;
using Palimpsest.Models.Lora;
using Palimpsest.Unlearning.Approximate.Losses;

namespace Palimpsest.Unlearning.Approximate.Experiment;

/// <summary>How a model unlearns.</summary>
public sealed record UnlearnMethod : IValidated
{
    /// <summary>The loss.</summary>
    /// <value>The default is npo.</value>
    public UnlearningOptions Objective { get; init; } = new NpoOptions();

    /// <summary>Trains a low-rank adapter beside the frozen model, and saves it as <c>artifacts/adapter</c>; whoever takes it off has the old model
    /// again.</summary>
    /// <value>The default is none: all parameters of the model are trained.</value>
    public LoraOptions? Lora { get; init; }

    /// <summary>Whether the model with the adapter merged in is saved too, as <c>artifacts/model</c>.</summary>
    /// <value>The default is false.</value>
    public bool SaveMerged { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (SaveMerged && Lora is null)
        {
            yield return "save_merged needs lora: without an adapter the whole model is saved anyway.";
        }

        if (Lora is not null && Objective is TaskVectorOptions)
        {
            yield return "task-vector subtracts a change of the whole model. Leave out lora.";
        }
    }
}
