using System.Runtime.InteropServices;
using Palimpsest.Numerics;
using static TorchSharp.torch;

namespace Palimpsest.Torch;

/// <summary>The trainable parameters of a model in one native f32 buffer, and their gradients in a second one. The tensors that the model computes with are views of the first, their
/// <c>grad</c>s views of the second, so a step of the optimizer, a norm or an upload is one pass over flat memory.</summary>
/// <remarks>Owned by its creator, in no scope. Not thread-safe.</remarks>
public sealed class FlatParameters : IGradientStore, IDisposable
{
    // A span ends at 2 GiB.
    private const long ChunkLength = 1L << 28;
    private readonly Dictionary<string, Tensor> _views = new(StringComparer.Ordinal);
    private readonly Dictionary<long, (long Offset, Tensor View)> _gradients = []; // by the offset of the values

    /// <summary>Allocates both buffers, filled with zeros.</summary>
    /// <param name="layout">Names, shapes and offsets.</param>
    /// <param name="device">Where the buffers lie; the CPU by default.</param>
    /// <param name="type">f32, or f64 for checks by finite differences.</param>
    public FlatParameters(ParameterLayout layout, Device? device = null, ScalarType type = ScalarType.Float32)
    {
        Layout = layout ?? throw new ArgumentNullException(nameof(layout));
        Values = zeros(layout.Count, type, device).DetachFromDisposeScope();
        foreach (ParameterSlot slot in layout.Slots)
        {
            using Tensor flat = Values.narrow(0, slot.Offset, slot.Count);
            using Tensor view = flat.view([.. slot.Shape]);

            // detach() shares the memory and makes the view a leaf.
            Tensor leaf = view.detach().DetachFromDisposeScope();
            leaf.requires_grad = true;
            _views.Add(slot.Name, leaf);
        }

        Gradients = LayGradients(_ => true);
    }

    /// <summary>Names, shapes and offsets.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>All values. [count], f32.</summary>
    public Tensor Values { get; }

    /// <summary>All gradients, in the order of the values. [count], f32; shorter where <see cref="KeepGradients"/> left some out.</summary>
    public Tensor Gradients { get; private set; }

    /// <summary>The leaf of a parameter (or of a tied name): a view of <see cref="Values"/> that requires a gradient. It stays owned by this object.</summary>
    /// <exception cref="KeyNotFoundException">The layout has no such name.</exception>
    public Tensor this[string name] => _views[Layout[name].Name];

    /// <summary>Gives gradients to some parameters only: for the others there is no memory, and something else must keep their gradients from being made. All
    /// gradients become zero; tensors of earlier ones are no longer valid.</summary>
    /// <param name="keeps">Whether a parameter has a gradient.</param>
    public void KeepGradients(Func<ParameterSlot, bool> keeps)
    {
        ArgumentNullException.ThrowIfNull(keeps);
        foreach (Tensor leaf in _views.Values)
        {
            leaf.grad = null;
        }

        DisposeGradients();
        Gradients = LayGradients(keeps);
    }

    /// <summary>Whether a parameter has a gradient here.</summary>
    public bool HasGradient(ParameterSlot slot)
    {
        ArgumentNullException.ThrowIfNull(slot);
        return _gradients.ContainsKey(slot.Offset);
    }

    /// <summary>Where in <see cref="Gradients"/> the gradient of a parameter begins.</summary>
    /// <param name="offset">Where its values begin.</param>
    public long GradientOffset(long offset) => _gradients[offset].Offset;

    /// <summary>Sets all gradients to zero, in place.</summary>
    public void ZeroGradients() => Gradients.zero_();

    /// <inheritdoc/>
    IReadOnlyList<Tensor> IGradientStore.Buffers => [Gradients];

    /// <inheritdoc/>
    void IGradientStore.Zero() => ZeroGradients();

    /// <inheritdoc/>
    public double Norm()
    {
        using IDisposable noGrad = no_grad();
        using Tensor length = Gradients.norm();
        return Ops.Number(length);
    }

    /// <inheritdoc/>
    public void Scale(double factor)
    {
        using IDisposable noGrad = no_grad();
        using Tensor number = Gradients.dtype == ScalarType.Float64
            ? tensor(factor, device: Gradients.device) : tensor((float)factor, device: Gradients.device);
        Gradients.mul_(number);
    }

    /// <summary>Puts a whole vector in the place of the values.</summary>
    /// <param name="vector">[count]; the device must be the CPU, as for all that follows.</param>
    public void Load(ReadOnlySpan<float> vector)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(vector.Length, Layout.Count, nameof(vector));
        for (long offset = 0; offset < Layout.Count; offset += ChunkLength)
        {
            using Tensor part = Chunk(offset);
            Span<float> values = Span(part);
            vector.Slice((int)offset, values.Length).CopyTo(values);
        }
    }

    /// <summary>Copies the values.</summary>
    /// <param name="vector">Receives them. [count]</param>
    public void Read(Span<float> vector)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(vector.Length, Layout.Count, nameof(vector));
        for (long offset = 0; offset < Layout.Count; offset += ChunkLength)
        {
            using Tensor part = Chunk(offset);
            ReadOnlySpan<float> values = Span(part);
            values.CopyTo(vector.Slice((int)offset, values.Length));
        }
    }

    /// <summary>The values minus a vector: a task vector, or a client's update.</summary>
    /// <param name="origin">[count]</param>
    /// <param name="difference">Receives the difference. [count]</param>
    public void ReadDifference(ReadOnlySpan<float> origin, Span<float> difference)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(origin.Length, Layout.Count, nameof(origin));
        Read(difference);
        System.Numerics.Tensors.TensorPrimitives.Subtract(difference, origin, difference);
    }

    /// <summary>The values as spans, in order, of at most 1 GiB each. Valid while this object lives; the device must be the CPU.</summary>
    public void ForEachChunk(ChunkAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        for (long offset = 0; offset < Layout.Count; offset += ChunkLength)
        {
            using Tensor part = Chunk(offset);
            action(offset, Span(part));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Values.IsInvalid)
        {
            return;
        }

        DisposeGradients();
        foreach (Tensor view in _views.Values)
        {
            view.Dispose();
        }

        Values.Dispose();
    }

    private void DisposeGradients()
    {
        foreach ((_, Tensor view) in _gradients.Values)
        {
            view.Dispose();
        }

        _gradients.Clear();
        Gradients.Dispose();
    }

    private Tensor LayGradients(Func<ParameterSlot, bool> keeps)
    {
        ParameterSlot[] kept = [.. Layout.Slots.Where(keeps)];
        Tensor gradients = zeros(kept.Sum(slot => slot.Count), Values.dtype, Values.device).DetachFromDisposeScope();
        long offset = 0;
        foreach (ParameterSlot slot in kept)
        {
            // With a gradient already in place autograd adds into it instead of installing a new tensor.
            using Tensor flat = gradients.narrow(0, offset, slot.Count);
            Tensor view = flat.view([.. slot.Shape]).DetachFromDisposeScope();
            _views[slot.Name].grad = view;
            _gradients.Add(slot.Offset, (offset, view));
            offset += slot.Count;
        }

        return gradients;
    }

    private Tensor Chunk(long offset) => Values.narrow(0, offset, Math.Min(ChunkLength, Layout.Count - offset));

    private static Span<float> Span(Tensor part) => MemoryMarshal.Cast<byte, float>(part.bytes);

    /// <summary>Reads or changes a run of values.</summary>
    /// <param name="offset">Index of the first value in the vector.</param>
    /// <param name="values">The values.</param>
    public delegate void ChunkAction(long offset, Span<float> values);
}
