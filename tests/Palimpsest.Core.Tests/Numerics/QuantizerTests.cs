using CsCheck;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Numerics;

/// <summary>The kernels of the quantisers against their definitions, one value after the other.</summary>
public sealed class QuantizerTests
{
    private static readonly Gen<float[]> s_values = Gen.Select(
        Gen.OneOf(Gen.Single[-3, 3], Gen.Int[-254, 254].Select(i => i / 2f), Gen.Const(0f), Gen.Const(-0f)).Array[0, 200], Pick.From(1f, 1e-38f, 1e-44f, 1e36f),
        (values, factor) => values.Select(value => value * factor).ToArray());

    [Fact]
    public void Absmax_AnyValues_EqualTheDefinition() => Gen.Select(s_values, Gen.Int[2, 8], Pick.From(0, 1, 33, 64)).Sample((values, bits, block) =>
    {
        int most = (1 << (bits - 1)) - 1;
        sbyte[] codes = new sbyte[values.Length];
        float[] scales = new float[AbsmaxQuantizer.Blocks(values.Length, block)], decoded = new float[values.Length];
        AbsmaxQuantizer.Encode(values, bits, block, codes, scales);
        AbsmaxQuantizer.Decode(codes, scales, block, decoded);
        for (int i = 0; i < values.Length; i++)
        {
            int from = block == 0 ? 0 : i / block * block, to = block == 0 ? values.Length : Math.Min(values.Length, from + block);
            float scale = values[from..to].Max(MathF.Abs) / most;
            int code = scale == 0 ? 0 : (int)Math.Clamp(Math.Round((double)values[i] / scale), -most, most);
            Assert.Equal((code, code * scale), (codes[i], decoded[i]));
        }
    });

    [Fact]
    public void NormalFloat4_AnyValues_TakeTheNearestLevel() => s_values.Sample(values =>
    {
        byte[] packed = new byte[(values.Length + 1) / 2];
        float[] scales = new float[AbsmaxQuantizer.Blocks(values.Length, 64)], levels = NormalFloat4.CodeBook.ToArray();
        NormalFloat4.Encode(values, packed, scales);
        for (int i = 0; i < values.Length; i++)
        {
            double x = scales[i / 64] == 0 ? 0 : values[i] / scales[i / 64];
            int code = (i & 1) == 0 ? packed[i / 2] >> 4 : packed[i / 2] & 15;
            Assert.Equal(Enumerable.Range(0, 16).MinBy(level => Math.Abs(x - levels[level])), code);
        }
    });
}
