using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Packed;

/// <summary>Rows of numbers of 16 bits, of any width.</summary>
internal sealed unsafe class HalfRows<THalf> : RowFormat
    where THalf : struct, IHalfNumber
{
    public override nint Bytes(int width) => (nint)width * sizeof(ushort);

    public override void Widen(byte* row, int width, float* target, int spread = 8)
    {
        ushort* source = (ushort*)row;
        int i = 0;
        for (; i <= width - 8; i += 8, target += spread)
        {
            THalf.Eight(source + i).Store(target);
        }

        for (; i < width; i++)
        {
            *target++ = THalf.One(source[i]);
        }
    }

    public override void Dot4(byte* rows, nint stride, int width, float* x, float* y)
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        ushort* w = (ushort*)rows, w1 = (ushort*)(rows + stride), w2 = (ushort*)(rows + (2 * stride)), w3 = (ushort*)(rows + (3 * stride));
        byte* ahead = rows + RowProducts.Ahead;
        int i = 0;
        for (; i <= width - 8; i += 8, ahead += 64)
        {
            Sse.Prefetch0(ahead);
            Vector256<float> v = Vector256.Load(x + i);
            s0 = Fma.MultiplyAdd(v, THalf.Eight(w + i), s0);
            s1 = Fma.MultiplyAdd(v, THalf.Eight(w1 + i), s1);
            s2 = Fma.MultiplyAdd(v, THalf.Eight(w2 + i), s2);
            s3 = Fma.MultiplyAdd(v, THalf.Eight(w3 + i), s3);
        }

        Vector128<float> tails = default;
        for (; i < width; i++)
        {
            tails += Vector128.Create(THalf.One(w[i]), THalf.One(w1[i]), THalf.One(w2[i]), THalf.One(w3[i])) * x[i];
        }

        (RowTiles.Sums(s0, s1, s2, s3) + tails).Store(y);
    }
}
