using Palimpsest.Numerics;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Models;

/// <summary>The tensors of a model by name: either views of one trainable flat vector, or frozen tensors (memory-mapped where possible).</summary>
/// <remarks>Owns its tensors. Modules hold references and never dispose them.</remarks>
public sealed class ParameterStore : IDisposable
{
    private readonly Dictionary<string, Tensor> _frozen = new(StringComparer.Ordinal);

    private ParameterStore(ParameterLayout layout, FlatParameters? flat)
    {
        Layout = layout;
        Flat = flat;
    }

    /// <summary>Names and shapes.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>The trainable vector, or null for a frozen store.</summary>
    public FlatParameters? Flat { get; }

    /// <summary>The tensor of a name or tied alias; owned by the store.</summary>
    public Tensor this[string name] => Flat is not null ? Flat[name] : _frozen[Layout[name].Name];

    /// <summary>A trainable store filled with zeros.</summary>
    public static ParameterStore Trainable(ParameterLayout layout, Device device) => new(layout, new FlatParameters(layout, device));

    /// <summary>A frozen store.</summary>
    /// <param name="layout">Names and shapes.</param>
    /// <param name="load">Gives the tensor of a name, with the layout's shape; the store takes ownership.</param>
    public static ParameterStore Frozen(ParameterLayout layout, Func<ParameterSlot, Tensor> load)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(load);
        ParameterStore store = new(layout, null);
        foreach (ParameterSlot slot in layout.Slots)
        {
            store._frozen.Add(slot.Name, load(slot).DetachFromDisposeScope());
        }

        return store;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Flat?.Dispose();
        foreach (Tensor tensor in _frozen.Values)
        {
            tensor.Dispose();
        }
    }
}
