using System.Security.Cryptography;
using System.Text;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Torch.Packed;
using static TorchSharp.torch;

namespace Palimpsest.Models.Transformers;

/// <summary>The tensors of a model by name: views of one trainable flat vector, frozen tensors (memory-mapped where possible), or some of each.</summary>
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

    /// <summary>The trainable vector with a layout of its own, or null for a frozen store.</summary>
    public FlatParameters? Flat { get; }

    /// <summary>Bytes of the tensors outside of the vector.</summary>
    public long FrozenBytes => _frozen.Values.Sum(tensor => tensor.NumberOfElements * tensor.ElementSize);

    /// <summary>Bytes of those among them that are mapped from a file.</summary>
    public long MappedBytes { get; internal set; }

    /// <summary>The matrices among them that stay quantised blocks, by name; the tensors are their bytes.</summary>
    internal IReadOnlyDictionary<string, PackedTensor> Packed { get; set; } = new Dictionary<string, PackedTensor>(StringComparer.Ordinal);

    /// <summary>The tensor of a name or tied alias; owned by the store. Of quantised blocks that stay packed, uint8.</summary>
    public Tensor this[string name] => _frozen.TryGetValue(Layout[name].Name, out Tensor? frozen) ? frozen : Flat![name];

    /// <summary>The blocks of a name or tied alias, or null where the parameter is numbers.</summary>
    internal PackedTensor? PackedOf(string name) => Packed.GetValueOrDefault(Layout[name].Name);

    /// <summary>A trainable store filled with zeros.</summary>
    /// <param name="layout">Names and shapes.</param>
    /// <param name="device">Where the vector lies.</param>
    /// <param name="fill">Copies the values of a parameter into its tensor; null leaves zeros.</param>
    /// <param name="type">f32, or f64 for checks.</param>
    public static ParameterStore Trainable(ParameterLayout layout, Device device, Action<ParameterSlot, Tensor>? fill = null,
        ScalarType type = ScalarType.Float32) =>
        Partly(layout, _ => true, device, fill, _ => throw new InvalidOperationException("Nothing is frozen."), type);

    /// <summary>A frozen store.</summary>
    /// <param name="layout">Names and shapes.</param>
    /// <param name="load">Gives the tensor of a name, with the layout's shape; the store takes ownership.</param>
    public static ParameterStore Frozen(ParameterLayout layout, Func<ParameterSlot, Tensor> load)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(load);
        return Filled(new ParameterStore(layout, null), null, load);
    }

    /// <summary>A store of which a part is trainable.</summary>
    /// <param name="layout">Names and shapes of all parameters.</param>
    /// <param name="trains">Which of them go into the trainable vector.</param>
    /// <param name="device">Where the vector lies.</param>
    /// <param name="fill">Copies the values of a trainable parameter into its tensor; null leaves zeros.</param>
    /// <param name="load">Gives the tensor of a frozen one; the store takes ownership.</param>
    /// <param name="type">Of the vector: f32, or f64 for checks.</param>
    public static ParameterStore Partly(ParameterLayout layout, Func<ParameterSlot, bool> trains, Device device, Action<ParameterSlot, Tensor>? fill,
        Func<ParameterSlot, Tensor> load, ScalarType type = ScalarType.Float32)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(trains);
        ArgumentNullException.ThrowIfNull(load);
        ParameterSlot[] trained = [.. layout.Slots.Where(trains)];
        ParameterLayout own = trained.Length == layout.Slots.Count
            ? layout
            : new ParameterLayout(trained.Select(slot => (slot.Name, slot.Shape.ToArray())), layout.Tied.Where(pair => trained.Any(slot => slot.Name == pair.Value)).ToDictionary(StringComparer.Ordinal));
        return Filled(new ParameterStore(layout, new FlatParameters(own, device, type)), fill, load);
    }

    /// <summary>What sets the weights apart from others: SHA-256 of their names, shapes and values, lower-case hexadecimal.</summary>
    public string Hash()
    {
        using SHA256 hash = SHA256.Create();
        using (CryptoStream stream = new(Stream.Null, hash, CryptoStreamMode.Write))
        {
            stream.Write(Encoding.UTF8.GetBytes(Layout.Hash));
            foreach (Tensor tensor in Layout.Slots.Select(slot => this[slot.Name]))
            {
                TensorBytes.Write(tensor, tensor.dtype, stream);
            }
        }

        return Convert.ToHexStringLower(hash.Hash!);
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

    private static ParameterStore Filled(ParameterStore store, Action<ParameterSlot, Tensor>? fill, Func<ParameterSlot, Tensor> load)
    {
        HashSet<string> trained = [.. store.Flat?.Layout.Slots.Select(slot => slot.Name) ?? []];
        try
        {
            foreach (ParameterSlot slot in store.Layout.Slots)
            {
                if (!trained.Contains(slot.Name))
                {
                    store._frozen.Add(slot.Name, load(slot).DetachFromDisposeScope());
                }
                else
                {
                    fill?.Invoke(slot, store.Flat![slot.Name]);
                }
            }

            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }
}
