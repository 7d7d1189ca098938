using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>Keys and values of past tokens, in buffers of the final size: appending copies only the new ones.</summary>
/// <remarks>Owned by its creator, in no scope. Not thread-safe.</remarks>
public sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;

    /// <summary>Allocates the buffers.</summary>
    /// <param name="layers">Blocks of the model.</param>
    /// <param name="batch">Sequences.</param>
    /// <param name="heads">Key-value heads.</param>
    /// <param name="capacity">Most tokens a sequence can reach.</param>
    /// <param name="headWidth">Width of a head.</param>
    /// <param name="type">Compute type.</param>
    /// <param name="device">Device.</param>
    public KeyValueCache(int layers, long batch, int heads, int capacity, int headWidth, ScalarType type, Device device)
    {
        Capacity = capacity;
        _keys = [.. Enumerable.Range(0, layers).Select(_ => empty([batch, heads, capacity, headWidth], type, device).DetachFromDisposeScope())];
        _values = [.. Enumerable.Range(0, layers).Select(_ => empty([batch, heads, capacity, headWidth], type, device).DetachFromDisposeScope())];
    }

    /// <summary>Most tokens a sequence can reach.</summary>
    public int Capacity { get; }

    /// <summary>Tokens in the cache.</summary>
    public int Length { get; private set; }

    /// <summary>Stores the keys and values of new tokens behind the present ones and gives all of them.</summary>
    /// <param name="layer">Block.</param>
    /// <param name="keys">[batch, heads, new, head width]</param>
    /// <param name="values">Same shape.</param>
    /// <returns>[batch, heads, present + new, head width] each, views of the cache.</returns>
    public (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        long count = keys.size(2);
        using (Tensor keySlot = _keys[layer].narrow(2, Length, count))
        using (Tensor valueSlot = _values[layer].narrow(2, Length, count))
        {
            keySlot.copy_(keys);
            valueSlot.copy_(values);
        }

        return (_keys[layer].narrow(2, 0, Length + count), _values[layer].narrow(2, 0, Length + count));
    }

    /// <summary>Counts new tokens after all layers have stored theirs.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>The whole buffer of a block's keys, [batch, heads, capacity, head width].</summary>
    internal Tensor Keys(int layer) => _keys[layer];

    /// <summary>The whole buffer of a block's values.</summary>
    internal Tensor Values(int layer) => _values[layer];

    /// <summary>Forgets all but the first tokens.</summary>
    internal void Truncate(int length) => Length = Math.Min(Length, length);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in _keys.Concat(_values))
        {
            tensor.Dispose();
        }
    }
}
