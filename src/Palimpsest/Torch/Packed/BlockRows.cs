using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Packed;

/// <summary>Rows of blocks. A row is a whole number of them.</summary>
internal sealed unsafe class BlockRows<TBlock> : RowFormat
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

    public override void Dot4(byte* rows, nint stride, int width, float* x, float* y)
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        byte* w0 = rows, w1 = w0 + stride, w2 = w1 + stride, w3 = w2 + stride, ahead = rows + RowProducts.Ahead;
        for (byte* end = w0 + Bytes(width); w0 < end; w0 += TBlock.Bytes, w1 += TBlock.Bytes, w2 += TBlock.Bytes, w3 += TBlock.Bytes)
        {
            for (int group = 0; group < TBlock.Values / 32; group++, x += 32, ahead += 4 * TBlock.Bytes / (TBlock.Values / 32))
            {
                Sse.Prefetch0(ahead);
                Sse.Prefetch0(ahead + 64);
                Vector256<float> x0 = Vector256.Load(x), x1 = Vector256.Load(x + 8), x2 = Vector256.Load(x + 16), x3 = Vector256.Load(x + 24);
                Values32 v0 = TBlock.Group(w0, group), v1 = TBlock.Group(w1, group), v2 = TBlock.Group(w2, group), v3 = TBlock.Group(w3, group);
                s0 = Fma.MultiplyAdd(x3, v0.D, Fma.MultiplyAdd(x2, v0.C, Fma.MultiplyAdd(x1, v0.B, Fma.MultiplyAdd(x0, v0.A, s0))));
                s1 = Fma.MultiplyAdd(x3, v1.D, Fma.MultiplyAdd(x2, v1.C, Fma.MultiplyAdd(x1, v1.B, Fma.MultiplyAdd(x0, v1.A, s1))));
                s2 = Fma.MultiplyAdd(x3, v2.D, Fma.MultiplyAdd(x2, v2.C, Fma.MultiplyAdd(x1, v2.B, Fma.MultiplyAdd(x0, v2.A, s2))));
                s3 = Fma.MultiplyAdd(x3, v3.D, Fma.MultiplyAdd(x2, v3.C, Fma.MultiplyAdd(x1, v3.B, Fma.MultiplyAdd(x0, v3.A, s3))));
            }
        }

        RowTiles.Sums(s0, s1, s2, s3).Store(y);
    }
}
