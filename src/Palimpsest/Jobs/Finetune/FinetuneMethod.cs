using Palimpsest.Common;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Objectives.Contrastive;
using Palimpsest.Training.Objectives.Preferences;

namespace Palimpsest.Jobs.Finetune;

/// <summary>What a fine-tuning trains.</summary>
public sealed record FinetuneMethod : IValidated
{
    /// <summary>Trains a low-rank adapter beside the frozen model, and saves it as <c>artifacts/adapter</c>. It wants a higher learning rate than the whole
    /// model, about ten times.</summary>
    /// <value>The default is none: all parameters of the model are trained.</value>
    public LoraOptions? Lora { get; init; }

    /// <summary>Whether the weights below the adapter stay as the model's file holds them, quantised blocks of a GGUF file included, instead of being unpacked
    /// to f32: the same products in less memory, for models of the family Llama on a CPU.</summary>
    /// <value>The default is false.</value>
    public bool Packed { get; init; }

    /// <summary>Whether the model with the adapter merged in is saved too, as <c>artifacts/model</c>.</summary>
    /// <value>The default is false.</value>
    public bool SaveMerged { get; init; }

    /// <summary>What is minimised: the cross-entropy of the next token, or a preference (dpo, simpo, orpo, cpo, kto).</summary>
    /// <value>The default is next-token.</value>
    public ObjectiveOptions Objective { get; init; } = new NextTokenOptions();

    /// <summary>How passages are told apart in the task retrieval.</summary>
    /// <value>The default is sentence-transformers' MultipleNegativesRankingLoss with its scale of 20.</value>
    public ContrastiveOptions? Contrastive { get; init; }

    /// <summary>The frozen model that a preference is measured against.</summary>
    /// <value>The default is the model as it was before the training.</value>
    public string? Reference { get; init; }

    /// <summary>How a language model's weights come into memory.</summary>
    internal LoadMode Mode => Lora is null ? LoadMode.Trainable : FrozenMode;

    /// <summary>The same for weights that nobody trains.</summary>
    internal LoadMode FrozenMode => Packed ? LoadMode.Packed : LoadMode.Mapped;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (SaveMerged && Lora is null)
        {
            yield return "save_merged needs lora: without an adapter the whole model is saved anyway.";
        }

        if (Packed && Lora is null)
        {
            yield return "packed needs lora: weights that stay as they are cannot be trained, only an adapter beside them.";
        }

        if (Reference is not null && Objective is (NextTokenOptions or PreferenceOptions { HasReference: false }))
        {
            yield return "reference has no part in this objective. Leave it out, or take dpo or kto.";
        }
    }
}
