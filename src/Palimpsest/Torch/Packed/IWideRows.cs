using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Packed;

/// <summary>Eight rows of f32 that are read side by side, eight elements at a time; compiled into the loops of <see cref="WideTiles"/>.</summary>
internal interface IWideRows
{
    /// <summary>Eight elements of row 0, and as many of row 1.</summary>
    Vector512<float> Pair0 { get; }

    /// <summary>Of rows 2 and 3.</summary>
    Vector512<float> Pair1 { get; }

    /// <summary>Of rows 4 and 5.</summary>
    Vector512<float> Pair2 { get; }

    /// <summary>Of rows 6 and 7.</summary>
    Vector512<float> Pair3 { get; }

    /// <summary>Goes on to the next eight elements.</summary>
    void Next();
}

/// <summary>Rows that were unpacked: [width / 8, 8 rows, 8].</summary>
internal unsafe struct WidePanel(float* at) : IWideRows
{
    private float* _at = at;

    public readonly Vector512<float> Pair0 => Vector512.Load(_at);

    public readonly Vector512<float> Pair1 => Vector512.Load(_at + 16);

    public readonly Vector512<float> Pair2 => Vector512.Load(_at + 32);

    public readonly Vector512<float> Pair3 => Vector512.Load(_at + 48);

    public void Next() => _at += 64;
}

/// <summary>Rows where they lie: two loads a pair, but nothing is stored before.</summary>
/// <remarks>The eight rows behind them are fetched meanwhile, a few lines at a time: the products of 8 tokens with 43 MB took 1.6 ms so, 3.1 ms with all lines
/// asked for at once, and 4.1 ms by the processor's own guess.</remarks>
internal unsafe struct WideSingles(byte* rows, nint stride) : IWideRows
{
    private readonly nint _stride = stride, _three = 3 * stride;
    private byte* _first = rows, _second = rows + (4 * stride), _ahead = rows + (8 * stride);

    public readonly Vector512<float> Pair0 => Pair(_first, _first + _stride);

    public readonly Vector512<float> Pair1 => Pair(_first + (2 * _stride), _first + _three);

    public readonly Vector512<float> Pair2 => Pair(_second, _second + _stride);

    public readonly Vector512<float> Pair3 => Pair(_second + (2 * _stride), _second + _three);

    public void Next()
    {
        Sse.Prefetch1(_ahead);
        Sse.Prefetch1(_ahead + 64);
        Sse.Prefetch1(_ahead + 128);
        Sse.Prefetch1(_ahead + 192);
        _ahead += 256;
        _first += 8 * sizeof(float);
        _second += 8 * sizeof(float);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Pair(byte* one, byte* other) => Vector512.Create(Vector256.Load((float*)one), Vector256.Load((float*)other));
}
