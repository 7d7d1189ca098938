using System.Runtime.InteropServices;
using Palimpsest.Numerics;
using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>The trainable parameters of a model in one native f32 buffer, and their gradients in a second one. The tensors that the model computes with are views of the first, their
/// <c>grad</c>s views of the second, so a step of the optimizer, a norm or an upload is one pass over flat memory.</summary>
/// <remarks>Owned by its creator, in no scope. Not thread-safe.</remarks>
public sealed class FlatParameters : IDisposable
{
    private readonly Dictionary<string, Tensor> _views = new(StringComparer.Ordinal);
    private readonly List<Tensor> _gradientViews = [];

    /// <summary>Allocates both buffers, filled with zeros.</summary>
    /// <param name="layout">Names, shapes and offsets.</param>
    /// <param name="device">Where the buffers lie; the CPU by default.</param>
    public FlatParameters(ParameterLayout layout, Device? device = null)
    {
        Layout = layout ?? throw new ArgumentNullException(nameof(layout));
        Values = zeros(layout.Count, ScalarType.Float32, device).DetachFromDisposeScope();
        Gradients = zeros(layout.Count, ScalarType.Float32, device).DetachFromDisposeScope();
        foreach (ParameterSlot slot in layout.Slots)
        {
            long[] shape = [.. slot.Shape];
            using Tensor flat = Values.narrow(0, slot.Offset, slot.Count);
            using Tensor view = flat.view(shape);
            using Tensor flatGradient = Gradients.narrow(0, slot.Offset, slot.Count);

            // detach() shares the memory and makes the view a leaf; with a gradient already in place autograd adds into it instead of installing a new tensor.
            Tensor leaf = view.detach().DetachFromDisposeScope();
            leaf.requires_grad = true;
            Tensor gradient = flatGradient.view(shape).DetachFromDisposeScope();
            leaf.grad = gradient;
            _views.Add(slot.Name, leaf);
            _gradientViews.Add(gradient);
        }
    }

    /// <summary>Names, shapes and offsets.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>All values. [count], f32.</summary>
    public Tensor Values { get; }

    /// <summary>All gradients. [count], f32.</summary>
    public Tensor Gradients { get; }

    /// <summary>The leaf of a parameter (or of a tied name): a view of <see cref="Values"/> that requires a gradient. It stays owned by this object.</summary>
    /// <exception cref="KeyNotFoundException">The layout has no such name.</exception>
    public Tensor this[string name] => _views[Layout[name].Name];

    /// <summary>Sets all gradients to zero, in place.</summary>
    public void ZeroGradients() => Gradients.zero_();

    /// <summary>The values as spans, in order, of at most 1 GiB each. Valid while this object lives; the device must be the CPU.</summary>
    public void ForEachChunk(ChunkAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        const long elements = 1L << 28;
        for (long offset = 0; offset < Layout.Count; offset += elements)
        {
            using Tensor part = Values.narrow(0, offset, Math.Min(elements, Layout.Count - offset));
            action(offset, MemoryMarshal.Cast<byte, float>(part.bytes));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor view in _views.Values)
        {
            view.Dispose();
        }

        foreach (Tensor gradient in _gradientViews)
        {
            gradient.Dispose();
        }

        Values.Dispose();
        Gradients.Dispose();
    }

    /// <summary>Reads or changes a run of values.</summary>
    /// <param name="offset">Index of the first value in the vector.</param>
    /// <param name="values">The values.</param>
    public delegate void ChunkAction(long offset, Span<float> values);
}
