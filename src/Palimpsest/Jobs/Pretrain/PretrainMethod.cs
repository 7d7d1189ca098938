using Palimpsest.Models.Lora;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Jobs.Pretrain;

/// <summary>What a pre-training trains.</summary>
public sealed record PretrainMethod
{
    /// <summary>Trains low-rank updates of the projections, whose weights stay at their random start (with the optimizer relora: are changed by merges
    /// alone); embedding, output matrix and norms are trained whole. The result is the merged model.</summary>
    /// <remarks>The form in which ReLoRA (Lialin et al., arXiv 2307.05695) and GaLore (Zhao et al., arXiv 2403.03507) compare adapters in
    /// pre-training.</remarks>
    /// <value>The default is none: all parameters of the model are trained.</value>
    public LoraOptions? Lora { get; init; }

    /// <summary>The settings of the adapter on a new model.</summary>
    internal static LoraOptions AdapterOptions(LoraOptions asked, TransformerModel model) => asked with
    {
        SaveModules = [.. asked.SaveModules.Union([model.EmbeddingModule, .. model.Norms.Select(item => item.Name)])],
        EnsureWeightTying = true,
    };
}
