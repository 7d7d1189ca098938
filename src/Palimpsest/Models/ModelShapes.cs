using Palimpsest.Models.Families;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Planning;

namespace Palimpsest.Models;

/// <summary>The shapes of models for planning, without loading them.</summary>
public static class ModelShapes
{
    /// <summary>A size by its name, an embedded model, a folder or a <c>config.json</c> (its weights need not be there), a GGUF file or a llama2.c
    /// file.</summary>
    /// <param name="model">Name or path.</param>
    /// <exception cref="PalimpsestException">There is no such thing, or it is of a family that is not planned.</exception>
    public static ModelShape Open(string model)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        bool there = Directory.Exists(model) || File.Exists(model);
        if (!there && NamedShapes.Find(model) is ModelShape named)
        {
            return named;
        }

        string path = there ? model
            : EmbeddedModels.Names.Contains(model, StringComparer.Ordinal) ? EmbeddedModels.Resolve(model) : throw NamedShapes.Unknown(model);
        if (Directory.Exists(path))
        {
            return Of(model, ModelConfigFile.Read(Path.Combine(path, "config.json")));
        }

        if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
        {
            return Of(model, ModelConfigFile.Read(path));
        }

        using ModelSource source = ModelSource.Open(path);
        return Of(model, source.Config);
    }

    /// <summary>The shape that a configuration states.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="config">A causal language model's.</param>
    /// <exception cref="PalimpsestException">It is an encoder.</exception>
    public static ModelShape Of(string name, ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config is not CausalConfig causal
            ? throw new PalimpsestException($"{name}: is an encoder ({config.Architecture.NameOf(config)}); plans are made for causal language models, "
                + "whose activations are modelled. Name a Llama or a GPT-2.")
            : new ModelShape
            {
                Name = name,
                Family = config is LlamaConfig ? ModelFamily.Llama : ModelFamily.Gpt2,
                Vocabulary = causal.Outputs,
                Width = config.HiddenSize,
                Inner = config.IntermediateSize,
                Layers = config.Layers,
                Heads = config.Heads,
                KeyHeads = causal.KeyValueHeads,
                HeadWidth = config.HeadWidth,
                Context = config.ContextLength,
                Weights = [.. config.Parameters().Select(item => Weight(config, item.Name, item.Shape))],
            };
    }

    private static WeightShape Weight(ModelConfig config, string name, long[] shape) => new(name, shape[0], shape.Length > 1 ? shape[1] : 1, shape.Length == 1
        ? WeightPart.Vector
        : name == config.EmbeddingName || config.IsLookup(name) ? WeightPart.Embedding : name == config.HeadName ? WeightPart.Head : WeightPart.Block);
}
