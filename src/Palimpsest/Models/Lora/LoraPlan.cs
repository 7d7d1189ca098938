using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using static TorchSharp.torch;

namespace Palimpsest.Models.Lora;

/// <summary>What the options of an adapter mean on a model: the modules, and the parameters under the names of the PEFT format.</summary>
internal sealed class LoraPlan
{
    private const string Prefix = "base_model.model.";
    private readonly string _embedding;
    private readonly string? _head;

    /// <exception cref="PalimpsestException">The options mean nothing on this model, or what is not supported.</exception>
    public LoraPlan(TransformerModel model, LoraOptions options)
    {
        string[] problems = [.. options.Problems()];
        if (problems.Length > 0)
        {
            throw new PalimpsestException(string.Join(" ", problems));
        }

        LoraSelector selector = new(options);
        Dictionary<string, Linear> linears = model.Linears.ToDictionary(item => item.Name, item => item.Layer, StringComparer.Ordinal);
        string[] names = [.. linears.Keys];
        (_embedding, _head) = (model.EmbeddingModule, model.HeadModule);
        string embedding = _embedding;
        Modules = [.. selector.Select(names, [embedding], _head)
            .Select(name => Module(name, name == embedding ? model.Embedding.Shape : linears[name].Shape, name == embedding))];
        Saved = [.. names.Append(embedding).Concat(model.Norms.Select(item => item.Name)).Where(selector.IsSaved)];
        bool ties = options.EnsureWeightTying && model.Config.TiedEmbeddings && (Saved.Contains(embedding) || Saved.Contains(_head));
        Saved = ties ? [.. Saved.Union([embedding, _head!])] : Saved;
        Biases = options.Bias switch
        {
            LoraBiases.All => [.. names.Where(name => linears[name].Bias is not null), .. model.BiasedNorms.Select(item => item.Name)],
            LoraBiases.LoraOnly => [.. names.Where(name => linears[name].Bias is not null && IsAdapted(name))],
            _ => [],
        };
        Check(model, options);
        Layout = new ParameterLayout(
            Parameters(model, options, linears, ties), ties ? new Dictionary<string, string> { [SavedWeight(_head!)] = SavedWeight(embedding) } : null);

        LoraModule Module(string name, long[] shape, bool isEmbedding)
        {
            int rank = selector.Rank(name);
            double alpha = selector.Alpha(name);
            return new LoraModule(name, rank, alpha, alpha / (options.Rslora ? Math.Sqrt(rank) : rank), isEmbedding, isEmbedding ? shape[0] : shape[1], isEmbedding ? shape[1] : shape[0]);
        }
    }

    /// <summary>The adapted modules, the embedding first.</summary>
    public IReadOnlyList<LoraModule> Modules { get; }

    /// <summary>Modules that are trained whole; tied ones share a parameter.</summary>
    public IReadOnlyList<string> Saved { get; }

    /// <summary>Linear layers and norms whose bias is trained.</summary>
    public IReadOnlyList<string> Biases { get; }

    /// <summary>All parameters under the names of the file.</summary>
    public ParameterLayout Layout { get; }

    public static string A(LoraModule module) => Prefix + module.Name + (module.IsEmbedding ? ".lora_embedding_A" : ".lora_A.weight");

    public static string B(LoraModule module) => Prefix + module.Name + (module.IsEmbedding ? ".lora_embedding_B" : ".lora_B.weight");

    public static string BiasOfB(LoraModule module) => Prefix + module.Name + ".lora_B.bias";

    public static string Magnitude(LoraModule module) => Prefix + module.Name + ".lora_magnitude_vector";

    public static string SavedWeight(string module) => Prefix + module + ".weight";

    public static string SavedBias(string module) => Prefix + module + ".bias";

    public static string BaseWeight(string module) => $"{Prefix}{module}.base_layer.weight";

    public string Tokens => $"{Prefix}{_embedding}.token_adapter.trainable_tokens_delta";

    /// <summary>What the base model holds for a linear layer, the embedding or a norm.</summary>
    public static (Tensor Weight, Tensor? Bias) BaseOf(TransformerModel model, string module)
    {
        if (module == model.EmbeddingModule)
        {
            return (model.Embedding.Values(), null);
        }

        (_, INorm? norm) = model.Norms.FirstOrDefault(item => item.Name == module);
        Linear? layer = norm is null ? model.Linears.First(item => item.Name == module).Layer : null;
        return norm is null ? (layer!.Values(), layer.Bias) : (norm.Weight, (norm as LayerNorm)?.Bias);
    }

    /// <summary>The bias of a layer that is trained along.</summary>
    public string Bias(string module) => Prefix + module + (IsAdapted(module) ? ".base_layer.bias" : ".bias");

    /// <summary>Whether a name of a file is an unchanged weight of the base model, which the format adds to adapted embeddings and output matrices.</summary>
    public bool IsBaseWeight(string key) => Modules.Any(module => (module.IsEmbedding || module.Name == _head) && key == BaseWeight(module.Name));

    private bool IsAdapted(string module) => Modules.Any(item => item.Name == module);

    private void Check(TransformerModel model, LoraOptions options)
    {
        bool isClassifier = model.Config.Labels.Count > 0;
        string[] all = [_embedding, .. model.Linears.Select(item => item.Name), .. model.Norms.Select(item => item.Name)];
        bool IsKnown(string name) => all.Any(module => LoraSelector.Saves(name, module)) || (isClassifier && LoraOptions.ClassifierHeads.Contains(name));
        if (options.SaveModules.FirstOrDefault(name => !IsKnown(name)) is string unknown)
        {
            throw new PalimpsestException(
                $"modules_to_save: \"{unknown}\" is neither a linear layer, a norm nor the embedding of this model; others cannot be stored whole. "
                + $"The embedding is {_embedding}{(_head is null ? "" : $", what gives the scores {_head}")}.");
        }

        if (options.EnsureWeightTying && model.Config.TiedEmbeddings && (IsAdapted(_embedding) || IsAdapted(_head!)))
        {
            throw new PalimpsestException(
                "ensure_weight_tying: only modules_to_save can stay tied. Leave the embedding and the output matrix out of the targets.");
        }

        if (options.Dora && Modules.Any(module => module.IsEmbedding))
        {
            throw new PalimpsestException("use_dora: DoRA of the embedding is not supported. Leave the embedding out of the targets.");
        }

        if (options.TrainTokens.Count == 0)
        {
            return;
        }

        if (options.TrainTokens.FirstOrDefault(token => token >= model.Config.VocabularySize, -1) is int beyond and >= 0)
        {
            throw new PalimpsestException($"trainable_token_indices: token {beyond} is beyond the vocabulary of {model.Config.VocabularySize}.");
        }

        if (model.Config.TiedEmbeddings || Saved.Contains(_embedding) || IsAdapted(_embedding))
        {
            throw new PalimpsestException("trainable_token_indices: single tokens cannot be trained when the embedding is tied to the output matrix, adapted or stored whole.");
        }
    }

    private IEnumerable<(string Name, long[] Shape)> Parameters(
        TransformerModel model, LoraOptions options, Dictionary<string, Linear> linears, bool ties)
    {
        foreach (LoraModule module in Modules)
        {
            yield return (A(module), [module.Rank, module.Inputs]);
            yield return (B(module), [module.Outputs, module.Rank]);
            if (options.LoraBias && !module.IsEmbedding)
            {
                yield return (BiasOfB(module), [module.Outputs]);
            }

            if (options.Dora)
            {
                yield return (Magnitude(module), [module.Outputs]);
            }
        }

        foreach (string name in Biases.Except(Saved))
        {
            Tensor bias = linears.TryGetValue(name, out Linear? layer) ? layer.Bias! : model.BiasedNorms.First(item => item.Name == name).Norm.Bias;
            yield return (Bias(name), bias.shape);
        }

        foreach (string name in Saved)
        {
            (Tensor weight, Tensor? bias) = BaseOf(model, name);
            if (!ties || name != _head)
            {
                yield return (SavedWeight(name), weight.shape);
            }

            if (bias is not null)
            {
                yield return (SavedBias(name), bias.shape);
            }
        }

        if (options.TrainTokens.Count > 0)
        {
            yield return (Tokens, [options.TrainTokens.Count, model.Config.HiddenSize]);
        }
    }
}
