using System.Runtime.Intrinsics;

namespace Palimpsest.Torch.Packed;

/// <summary>32 values in four registers, in order.</summary>
internal readonly struct Values32(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
{
    public Values32(Vector512<float> first, Vector512<float> second)
        : this(first.GetLower(), first.GetUpper(), second.GetLower(), second.GetUpper())
    {
    }

    public readonly Vector256<float> A = a, B = b, C = c, D = d;
}
