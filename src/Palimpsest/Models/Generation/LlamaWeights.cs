using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Palimpsest.Models.Families;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
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
        Matrix Of(int layer, string name) => Matrix.Of(linears[$"model.layers.{layer}.{name}"]);
        float* Norm(string name) => (float*)Address(norms[name].Weight, ScalarType.Float32);
        Embedding = Matrix.Of(model.Embedding.Weight, null);
        Head = Matrix.Of(model.Head);
        FinalNorm = Norm("model.norm");
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

    public Matrix Embedding { get; }

    public Layer[] Layers { get; }

    public float* FinalNorm { get; }

    public Matrix Head { get; }

    /// <summary>The weights, or null where the model is more than they say (hooks, adapters, another family, frequencies that change with the length) or the machine lacks the instructions.</summary>
    public static LlamaWeights? TryCreate(CausalModel model)
    {
        bool plain = RowProducts.IsSupported && BitConverter.IsLittleEndian && model.Config is LlamaConfig { RopeScaling: null or { Type: not "dynamic" } } && model.Context.Device.type == DeviceType.CPU
            && !model.Hooks.Any && model.Embedding.IsLookUp && model.Linears.All(item => item.Layer.IsDense && IsReadable(item.Layer.Weight) && (item.Layer.Bias is null || IsReadable(item.Layer.Bias)))
            && IsReadable(model.Embedding.Weight);
        return plain ? new LlamaWeights(model, (LlamaConfig)model.Config) : null;
    }

    private static bool IsReadable(Tensor tensor) =>
        (tensor.dtype == ScalarType.Float32 || (tensor.dtype == ScalarType.BFloat16 && tensor.Dimensions == 2)) && tensor.is_contiguous() && tensor.NumberOfElements * sizeof(float) <= int.MaxValue;

    private static byte* Address(Tensor tensor, ScalarType type) => tensor.dtype == type
        ? (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes))
        : throw new InvalidOperationException($"A weight has the type {tensor.dtype} where {type} was expected.");

    /// <summary>A matrix [rows, columns] in f32 or bf16, with a bias or not.</summary>
    internal readonly struct Matrix
    {
        public byte* Data { get; private init; }

        public bool IsHalf { get; private init; }

        public int Rows { get; private init; }

        public int Columns { get; private init; }

        public float* Bias { get; private init; }

        public static Matrix Of(Linear linear) => Of(linear.Weight, linear.Bias);

        public static Matrix Of(Tensor weight, Tensor? bias) => new()
        {
            Data = Address(weight, weight.dtype),
            IsHalf = weight.dtype == ScalarType.BFloat16,
            Rows = (int)weight.size(0),
            Columns = (int)weight.size(1),
            Bias = bias is null ? null : (float*)Address(bias, ScalarType.Float32),
        };

        /// <summary>A row in f32.</summary>
        public void CopyRow(int row, float* target)
        {
            if (IsHalf)
            {
                RowProducts.Widen((ushort*)Data + ((nint)row * Columns), Columns, 1, Columns, target);
            }
            else
            {
                new ReadOnlySpan<float>((float*)Data + ((nint)row * Columns), Columns).CopyTo(new Span<float>(target, Columns));
            }
        }
    }

    /// <summary>The weights of a block.</summary>
    internal sealed class Layer
    {
        public required float* AttentionNorm { get; init; }

        public required Matrix Query { get; init; }

        public required Matrix Key { get; init; }

        public required Matrix Value { get; init; }

        public required Matrix Output { get; init; }

        public required float* MlpNorm { get; init; }

        public required Matrix Gate { get; init; }

        public required Matrix Up { get; init; }

        public required Matrix Down { get; init; }
    }
}
