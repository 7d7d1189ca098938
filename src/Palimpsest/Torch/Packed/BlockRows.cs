using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Packed;

/// <summary>Rows of blocks. A row is a whole number of them.</summary>
internal unsafe class BlockRows<TBlock> : RowFormat
    where TBlock : struct, IRowBlock
{
    public override nint Bytes(int width) => (nint)width / TBlock.Values * TBlock.Bytes;

    public override void Widen(byte* row, int width, float* target, int spread = 8)
    {
        for (byte* end = row + Bytes(width); row < end; row += TBlock.Bytes)
        {
            for (int group = 0; group < TBlock.Values / 32; group++, target += 4 * spread)
            {
                Values32 values = TBlock.Group(row, group);
                values.A.Store(target);
                values.B.Store(target + spread);
                values.C.Store(target + (2 * spread));
                values.D.Store(target + (3 * spread));
            }
        }
    }

    public override void Dot8(byte* rows, nint stride, int width, float* x, float* y)
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        byte* w = rows, w4 = rows + (4 * stride), ahead = rows + RowProducts.Ahead;
        for (byte* end = w + Bytes(width); w < end; w += TBlock.Bytes, w4 += TBlock.Bytes)
        {
            for (int group = 0; group < TBlock.Values / 32; group++, x += 32, ahead += 8 * TBlock.Bytes / (TBlock.Values / 32))
            {
                Sse.Prefetch0(ahead);
                Sse.Prefetch0(ahead + 64);
                Sse.Prefetch0(ahead + 128);
                Vector256<float> x0 = Vector256.Load(x), x1 = Vector256.Load(x + 8), x2 = Vector256.Load(x + 16), x3 = Vector256.Load(x + 24);
                s0 = Added(s0, TBlock.Group(w, group), x0, x1, x2, x3);
                s1 = Added(s1, TBlock.Group(w + stride, group), x0, x1, x2, x3);
                s2 = Added(s2, TBlock.Group(w + (2 * stride), group), x0, x1, x2, x3);
                s3 = Added(s3, TBlock.Group(w + (3 * stride), group), x0, x1, x2, x3);
                s4 = Added(s4, TBlock.Group(w4, group), x0, x1, x2, x3);
                s5 = Added(s5, TBlock.Group(w4 + stride, group), x0, x1, x2, x3);
                s6 = Added(s6, TBlock.Group(w4 + (2 * stride), group), x0, x1, x2, x3);
                s7 = Added(s7, TBlock.Group(w4 + (3 * stride), group), x0, x1, x2, x3);
            }
        }

        RowTiles.Sums(s0, s1, s2, s3).Store(y);
        RowTiles.Sums(s4, s5, s6, s7).Store(y + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Added(
        Vector256<float> sum, Values32 values, Vector256<float> x0, Vector256<float> x1, Vector256<float> x2, Vector256<float> x3) =>
        Fma.MultiplyAdd(x3, values.D, Fma.MultiplyAdd(x2, values.C, Fma.MultiplyAdd(x1, values.B, Fma.MultiplyAdd(x0, values.A, sum))));
}
