using Palimpsest.Models;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Cascades.Experiment;

/// <summary>The first blocks of a model with its embedding and its head: a cheaper model, to be fine-tuned before it is of use.</summary>
internal static class ShallowModel
{
    /// <summary>Copies the first blocks.</summary>
    /// <param name="name">An embedded model, a folder or a file.</param>
    /// <param name="part">One over the share of the blocks that are kept; at least one is.</param>
    /// <param name="context">Device and compute type.</param>
    public static LanguageModel Of(string name, int part, TorchContext context)
    {
        using LanguageModel whole = LanguageModel.Load(name, context, Models.Sources.LoadMode.Mapped);
        ModelConfig config = whole.Model.Config with { Layers = Math.Max(1, whole.Model.Config.Layers / part) };
        using IDisposable noGrad = no_grad();
        ParameterStore store = ParameterStore.Trainable(TransformerModel.LayoutOf(config), context.Device,
            (slot, target) => target.copy_(whole.Model.Parameters[slot.Name]), context.MasterType);
        return new LanguageModel((CausalModel)config.Architecture.Build(config, store, context), whole.Tokenizer, whole.Name);
    }
}
