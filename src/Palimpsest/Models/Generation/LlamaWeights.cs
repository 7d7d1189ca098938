using Palimpsest.Models.Families;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using Palimpsest.Torch.Packed;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Generation;

/// <summary>Where the weights of a Llama lie in memory. They belong to the model, which must outlive this.</summary>
internal sealed unsafe class LlamaWeights
{
    private LlamaWeights(CausalModel model, LlamaConfig config)
    {
        Config = config;
        Dictionary<string, Linear> linears = model.Linears.ToDictionary(item => item.Name, item => item.Layer, StringComparer.Ordinal);
        Dictionary<string, INorm> norms = model.Norms.ToDictionary(item => item.Name, item => item.Norm, StringComparer.Ordinal);
        RowMatrix Of(int layer, string name) => Matrix(linears[$"model.layers.{layer}.{name}"]);
        float* Norm(string name) => (float*)RowMatrix.Address(norms[name].Weight, ScalarType.Float32);
        Embedding = model.Embedding.Packed?.Matrix() ?? RowMatrix.Of(model.Embedding.Weight);
        Head = Matrix(model.Head);
        FinalNorm = Norm("model.norm");
        IsSingle = model.Linears.All(item => item.Layer.IsDense && item.Layer.Weight.dtype == ScalarType.Float32);
        Layers = new Layer[config.Layers];
        for (int i = 0; i < Layers.Length; i++)
        {
            Layers[i] = new Layer
            {
                AttentionNorm = Norm($"model.layers.{i}.input_layernorm"),
                Query = Of(i, "self_attn.q_proj"),
                Key = Of(i, "self_attn.k_proj"),
                Value = Of(i, "self_attn.v_proj"),
                Output = Of(i, "self_attn.o_proj"),
                MlpNorm = Norm($"model.layers.{i}.post_attention_layernorm"),
                Gate = Of(i, "mlp.gate_proj"),
                Up = Of(i, "mlp.up_proj"),
                Down = Of(i, "mlp.down_proj"),
            };
        }
    }

    public LlamaConfig Config { get; }

    /// <summary>Whether all matrices are f32, whose products libtorch does without unpacking them.</summary>
    public bool IsSingle { get; }

    public RowMatrix Embedding { get; }

    public Layer[] Layers { get; }

    public float* FinalNorm { get; }

    public RowMatrix Head { get; }

    /// <summary>The weights, or null where the model is more than they say (hooks, adapters, another family, frequencies that change with the length) or the machine lacks the instructions.</summary>
    public static LlamaWeights? TryCreate(CausalModel model)
    {
        bool plain = RowProducts.IsSupported && BitConverter.IsLittleEndian && model.Config is LlamaConfig { RopeScaling: null or { Type: not "dynamic" } } && model.Context.Device.type == DeviceType.CPU
            && !model.Hooks.Any && model.Embedding.IsLookUp && model.Linears.All(item => IsReadable(item.Layer))
            && (model.Embedding.Packed is not null || IsReadable(model.Embedding.Weight));
        return plain ? new LlamaWeights(model, (LlamaConfig)model.Config) : null;
    }

    private static RowMatrix Matrix(Linear layer) => layer.IsPacked ? layer.Packed!.Matrix(layer.Bias) : RowMatrix.Of(layer.Weight, layer.Bias);

    private static bool IsReadable(Linear layer) =>
        (layer.IsPacked || (layer.IsDense && IsReadable(layer.Weight))) && (layer.Bias is null || IsReadable(layer.Bias));

    private static bool IsReadable(Tensor tensor) =>
        (tensor.dtype == ScalarType.Float32 || (tensor.dtype is ScalarType.BFloat16 or ScalarType.Float16 && tensor.Dimensions == 2))
            && tensor.is_contiguous() && tensor.NumberOfElements * sizeof(float) <= int.MaxValue;

    /// <summary>The weights of a block.</summary>
    internal sealed class Layer
    {
        public required float* AttentionNorm { get; init; }

        public required RowMatrix Query { get; init; }

        public required RowMatrix Key { get; init; }

        public required RowMatrix Value { get; init; }

        public required RowMatrix Output { get; init; }

        public required float* MlpNorm { get; init; }

        public required RowMatrix Gate { get; init; }

        public required RowMatrix Up { get; init; }

        public required RowMatrix Down { get; init; }
    }
}
