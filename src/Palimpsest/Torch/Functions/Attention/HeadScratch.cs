using System.Buffers;
using System.Runtime.InteropServices;

namespace Palimpsest.Torch.Functions.Attention;

/// <summary>Working memory of one lane, from the shared pool: pieces that begin at a cache line, their contents undefined.</summary>
internal sealed unsafe class HeadScratch : IDisposable
{
    private const int Line = 16;
    private readonly float[] _rented;
    private readonly float* _data;
    private readonly long _size;
    private GCHandle _pin;
    private long _taken;

    /// <summary>Rents.</summary>
    /// <param name="numbers">Sum of what will be taken.</param>
    /// <param name="pieces">How many pieces will be taken.</param>
    public HeadScratch(long numbers, int pieces)
    {
        _size = numbers + (Line * (long)pieces);
        _rented = ArrayPool<float>.Shared.Rent(checked((int)(_size + Line)));
        _pin = GCHandle.Alloc(_rented, GCHandleType.Pinned);
        nuint address = (nuint)_pin.AddrOfPinnedObject(), line = Line * sizeof(float);
        _data = (float*)((address + line - 1) / line * line);
    }

    /// <summary>The next piece.</summary>
    public float* Take(long count)
    {
        float* piece = _data + _taken;
        _taken += (count + Line - 1) / Line * Line;
        return _taken <= _size ? piece : throw new InvalidOperationException($"{_taken} numbers of scratch were taken where {_size} had been asked for.");
    }

    /// <summary>Takes all pieces back.</summary>
    public void Reset() => _taken = 0;

    public void Dispose()
    {
        _pin.Free();
        ArrayPool<float>.Shared.Return(_rented);
    }
}
