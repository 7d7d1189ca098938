using System.Runtime.InteropServices;

namespace Palimpsest.Models.Generation;

/// <summary>Keys and values of one sequence in f32, [time, key-value heads * head width] for each block; they grow by doubling.</summary>
internal sealed unsafe class KeyValueRows(int layers, int width, int capacity) : IDisposable
{
    private readonly float*[] _keys = new float*[layers];
    private readonly float*[] _values = new float*[layers];
    private int _allocated;

    /// <summary>Tokens whose keys and values are there.</summary>
    public int Length { get; set; }

    public float* Keys(int layer) => _keys[layer];

    public float* Values(int layer) => _values[layer];

    /// <summary>Makes room for so many tokens.</summary>
    public void Reserve(int length)
    {
        if (length <= _allocated)
        {
            return;
        }

        _allocated = Math.Max(length, Math.Min(capacity, Math.Max(64, 2 * _allocated)));
        nuint bytes = (nuint)_allocated * (nuint)width * sizeof(float);
        for (int layer = 0; layer < layers; layer++)
        {
            _keys[layer] = (float*)NativeMemory.Realloc(_keys[layer], bytes);
            _values[layer] = (float*)NativeMemory.Realloc(_values[layer], bytes);
        }
    }

    /// <summary>Takes over the first tokens of another sequence in place of its own.</summary>
    public void CopyFrom(KeyValueRows other, int length)
    {
        Reserve(length);
        for (int layer = 0; layer < layers; layer++)
        {
            NativeMemory.Copy(other._keys[layer], _keys[layer], (nuint)length * (nuint)width * sizeof(float));
            NativeMemory.Copy(other._values[layer], _values[layer], (nuint)length * (nuint)width * sizeof(float));
        }

        Length = length;
    }

    public void Dispose()
    {
        for (int layer = 0; layer < layers; layer++)
        {
            NativeMemory.Free(_keys[layer]);
            NativeMemory.Free(_values[layer]);
            _keys[layer] = _values[layer] = null;
        }
    }
}
