using System.Runtime.InteropServices;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Torch.Packed;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Torch;

/// <summary>The products of decoding against sums in f64, for every tile and what is left over at its edges.</summary>
public sealed unsafe class RowProductsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Multiply_EveryShape_EqualsTheDefinitionAndDoesNotDependOnTheColumns(bool half)
    {
        Assert.SkipUnless(RowProducts.IsSupported, "This machine has no AVX2, so that decoding takes libtorch.");
        RandomStream random = new(5, "products");
        foreach (int width in new[] { 1, 7, 8, 20, 64, 172 })
        {
            foreach (int rows in new[] { 1, 3, 4, 8, 9, 15, 30 })
            {
                int stride = width + 3;
                float[] weights = [.. Enumerable.Range(0, rows * stride).Select(_ => Rounded((float)random.NextGaussian(), half))], x = [.. Enumerable.Range(0, 7 * width).Select(_ => (float)random.NextGaussian())];
                float[] alone = Multiply(weights, half, stride, width, rows, x, 1);
                for (int columns = 1; columns <= 7; columns++)
                {
                    float[] y = Multiply(weights, half, stride, width, rows, x, columns);
                    Assert.Equal(alone, y[..rows]);
                    for (int i = 0; i < y.Length; i++)
                    {
                        double wanted = Enumerable.Range(0, width).Sum(j => (double)weights[(i % rows * stride) + j] * x[(i / rows * width) + j]);
                        Assert.Equal(wanted, y[i], 1e-5 * (1 + width));
                    }
                }
            }
        }
    }

    [Fact]
    public void Mix_EveryWidth_EqualsTheDefinition()
    {
        Assert.SkipUnless(RowProducts.IsSupported, "This machine has no AVX2, so that decoding takes libtorch.");
        RandomStream random = new(6, "mix");
        foreach ((int width, int count) in new[] { (1, 1), (4, 3), (8, 9), (24, 6), (32, 5), (44, 70), (64, 1) })
        {
            int stride = width + 5;
            float[] v = [.. Enumerable.Range(0, count * stride).Select(_ => (float)random.NextGaussian())], p = [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble())], y = new float[width];
            fixed (float* values = v, factors = p, target = y)
            {
                RowProducts.Mix(values, stride, width, factors, count, target);
            }

            for (int i = 0; i < width; i++)
            {
                Assert.Equal(Enumerable.Range(0, count).Sum(t => (double)p[t] * v[(t * stride) + i]), y[i], 1e-4);
            }
        }
    }

    [Fact]
    public void Team_ThousandsOfPieces_RunsEveryPartOnce()
    {
        using LaneTeam team = new(3);
        int[] counts = new int[24];
        for (int piece = 0; piece < 20_000; piece++)
        {
            int parts = 1 + (piece % counts.Length);
            team.Run(parts, (_, part, all) =>
            {
                Assert.Equal(parts, all);
                counts[part]++;
            });
            if (piece % 5000 == 0)
            {
                Thread.Sleep(20); // the threads fall asleep
            }
        }

        Assert.Equal([.. Enumerable.Range(0, counts.Length).Select(part => Enumerable.Range(0, 20_000).Count(piece => piece % counts.Length >= part))], counts);
    }

    private static float Rounded(float value, bool half) => half ? BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000) : value;

    private static float[] Multiply(float[] weights, bool half, int stride, int width, int rows, float[] x, int columns)
    {
        float[] y = new float[columns * rows], scratch = new float[RowProducts.Scratch(width)];
        byte[] stored = half ? MemoryMarshal.AsBytes(weights.Select(value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)).ToArray().AsSpan()).ToArray() : MemoryMarshal.AsBytes(weights.AsSpan()).ToArray();
        fixed (byte* data = stored)
        {
            fixed (float* input = x, output = y, room = scratch)
            {
                RowFormat format = RowFormat.Of(half ? ScalarType.BFloat16 : ScalarType.Float32);
                RowProducts.Multiply(format, data, format.Bytes(stride), width, 0, rows, input, columns, output, rows, room);
            }
        }

        return y;
    }
}
