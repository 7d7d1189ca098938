using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Palimpsest.Torch.Packed;

/// <summary>Rows of blocks of 32 that one vector meets two at a time with AVX-512 and its permutations of bytes. Every number is summed as in
/// <see cref="BlockRows{TBlock}"/>, to the same bits, by half of the instructions.</summary>
internal sealed unsafe class PairedRows<TBlock> : BlockRows<TBlock>
    where TBlock : struct, IPairedBlock
{
    public override void Dot8(byte* rows, nint stride, int width, float* x, float* y)
    {
        if (!Avx512Vbmi.IsSupported || !Avx512DQ.IsSupported)
        {
            base.Dot8(rows, stride, width, x, y);
            return;
        }

        // Bytes is a call, behind which no register would be kept. What is fetched are the lines of the rows ahead, one after the other, without a gap.
        byte* w = rows, w4 = rows + (4 * stride), ahead = rows + RowProducts.Ahead, end = rows + Bytes(width);
        nint three = 3 * stride;
        Vector512<float> s01 = default, s23 = default, s45 = default, s67 = default;
        for (; w < end; w += TBlock.Bytes, w4 += TBlock.Bytes, x += 32, ahead += 8 * TBlock.Bytes)
        {
            Sse.Prefetch0(ahead);
            Sse.Prefetch0(ahead + 64);
            Sse.Prefetch0(ahead + 128);
            if (8 * TBlock.Bytes > 192)
            {
                Sse.Prefetch0(ahead + 192);
                Sse.Prefetch0(ahead + 256);
            }

            Vector512<float> x0 = WideTiles.Twice(x), x1 = WideTiles.Twice(x + 8), x2 = WideTiles.Twice(x + 16), x3 = WideTiles.Twice(x + 24);
            Vector256<int> heads = Vector256.Create(Heads(w, stride, three), Heads(w4, stride, three));
            Vector512<float> steps = BlockBits.Halves(heads << 16).ToVector512Unsafe();
            Vector512<float> leasts = TBlock.HasLeast ? BlockBits.Halves(heads).ToVector512Unsafe() : default;
            s01 = Added(s01, w, w + stride, 0, steps, leasts, x0, x1, x2, x3);
            s23 = Added(s23, w + (2 * stride), w + three, 2, steps, leasts, x0, x1, x2, x3);
            s45 = Added(s45, w4, w4 + stride, 4, steps, leasts, x0, x1, x2, x3);
            s67 = Added(s67, w4 + (2 * stride), w4 + three, 6, steps, leasts, x0, x1, x2, x3);
        }

        WideTiles.Finish(s01, s23, s45, s67, y);
    }

    /// <summary>The first four bytes of four blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Heads(byte* w, nint stride, nint three) => Sse41.Insert(
        Sse41.Insert(Sse41.Insert(Vector128.CreateScalar(*(int*)w), *(int*)(w + stride), 1), *(int*)(w + (2 * stride)), 2), *(int*)(w + three), 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Added(
        Vector512<float> sum,
        byte* lower,
        byte* upper,
        int row,
        Vector512<float> steps,
        Vector512<float> leasts,
        Vector512<float> x0,
        Vector512<float> x1,
        Vector512<float> x2,
        Vector512<float> x3)
    {
        Vector512<int> places = Vector512.Create(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1) + Vector512.Create(row);
        Vector512<float> step = Avx512F.PermuteVar16x32(steps, places), least = TBlock.HasLeast ? Avx512F.PermuteVar16x32(leasts, places) : default;
        Vector512<byte> both = TBlock.Both(lower, upper);
        sum = Avx512F.FusedMultiplyAdd(x0, TBlock.Eight(both, 0, step, least), sum);
        sum = Avx512F.FusedMultiplyAdd(x1, TBlock.Eight(both, 1, step, least), sum);
        sum = Avx512F.FusedMultiplyAdd(x2, TBlock.Eight(both, 2, step, least), sum);
        return Avx512F.FusedMultiplyAdd(x3, TBlock.Eight(both, 3, step, least), sum);
    }
}
