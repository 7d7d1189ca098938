using Palimpsest.Models.Layers;
using Palimpsest.Torch;
using Palimpsest.Torch.Packed;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Transformers;

/// <summary>Where the weights of a plain f32 encoder lie in memory. They belong to the model, which must outlive this.</summary>
internal sealed unsafe class EncoderWeights
{
    private readonly EncoderModel _model;
    private readonly Tensor[] _tensors;

    private EncoderWeights(EncoderModel model)
    {
        (_model, _tensors) = (model, [.. Tensors(model)]);
        EncoderConfig config = model.Config;
        EncoderBlockNames names = config.Architecture.Block;
        Dictionary<string, Linear> linears = model.Linears.ToDictionary(item => item.Name, item => item.Layer, StringComparer.Ordinal);
        Dictionary<string, LayerNorm> norms = model.BiasedNorms.ToDictionary(item => item.Name, item => item.Norm, StringComparer.Ordinal);
        Words = RowMatrix.Of(model.Embedding.Weight);
        Positions = RowMatrix.Of(model.Parameters[config.Inner(EncoderArchitecture.Places + ".weight")]);
        FirstSegment = config.SegmentTypes == 0 ? null : Address(model.Parameters[config.Inner(EncoderArchitecture.Segments + ".weight")]);
        Norm = NormOf(norms[config.Inner(EncoderArchitecture.Norm)]);
        Layers = [.. Enumerable.Range(0, config.Layers).Select(layer =>
        {
            string prefix = config.Inner($"{names.Layers}.{layer}.");
            RowMatrix Of(string name) => RowMatrix.Of(linears[prefix + name].Weight, linears[prefix + name].Bias);
            return new Layer
            {
                Query = Of(names.Query),
                Key = Of(names.Key),
                Value = Of(names.Value),
                Output = Of(names.Output),
                AttentionNorm = NormOf(norms[prefix + names.AttentionNorm]),
                Up = Of(names.Up),
                Down = Of(names.Down),
                MlpNorm = NormOf(norms[prefix + names.MlpNorm]),
            };
        })];
    }

    public RowMatrix Words { get; }

    public RowMatrix Positions { get; }

    /// <summary>What the first segment adds, or null.</summary>
    public float* FirstSegment { get; }

    public RowNorm Norm { get; }

    public Layer[] Layers { get; }

    /// <summary>Whether these are still the weights of the model: nothing has been put on it or in place of a tensor meanwhile.</summary>
    public bool AreCurrent => IsPlain(_model) && Tensors(_model).SequenceEqual(_tensors, ReferenceEqualityComparer.Instance);

    /// <summary>The weights, or null where the model is more than they say (hooks, adapters, another type) or the machine lacks the instructions.</summary>
    public static EncoderWeights? TryCreate(EncoderModel model) =>
        RowProducts.IsSupported && model.Context.Device.type == DeviceType.CPU && IsPlain(model)
            && Tensors(model).All(tensor =>
                tensor.dtype == ScalarType.Float32 && tensor.is_contiguous() && tensor.NumberOfElements * sizeof(float) <= int.MaxValue)
            ? new EncoderWeights(model) : null;

    private static bool IsPlain(EncoderModel model) =>
        model.Context.ScalarType == ScalarType.Float32 && !model.Hooks.Any && model.Embedding.IsLookUp && model.Linears.All(item => item.Layer.IsDense);

    private static IEnumerable<Tensor> Tensors(EncoderModel model) =>
        [model.Embedding.Weight, .. model.Linears.Select(item => item.Layer.Weight), .. model.Linears.Select(item => item.Layer.Bias).OfType<Tensor>(),
            .. model.BiasedNorms.SelectMany(item => (Tensor[])[item.Norm.Weight, item.Norm.Bias])];

    private static RowNorm NormOf(LayerNorm norm) => new(Address(norm.Weight), Address(norm.Bias));

    private static float* Address(Tensor tensor) => (float*)RowMatrix.Address(tensor, ScalarType.Float32);

    /// <summary>Gain and bias of a norm.</summary>
    internal readonly struct RowNorm(float* gain, float* bias)
    {
        /// <summary>Normalises a row in place.</summary>
        public void Apply(float* row, int width, double epsilon) =>
            Vectors.LayerNorm(new Span<float>(row, width), new ReadOnlySpan<float>(gain, width), new ReadOnlySpan<float>(bias, width), (float)epsilon);
    }

    /// <summary>The weights of a block.</summary>
    internal sealed class Layer
    {
        public required RowMatrix Query { get; init; }

        public required RowMatrix Key { get; init; }

        public required RowMatrix Value { get; init; }

        public required RowMatrix Output { get; init; }

        public required RowNorm AttentionNorm { get; init; }

        public required RowMatrix Up { get; init; }

        public required RowMatrix Down { get; init; }

        public required RowNorm MlpNorm { get; init; }
    }
}
