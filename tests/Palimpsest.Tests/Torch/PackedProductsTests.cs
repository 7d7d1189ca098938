using System.Runtime.InteropServices;
using Palimpsest.Data.Gguf;
using Palimpsest.Data.Safetensors;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Torch.Packed;

namespace Palimpsest.Tests.Torch;

/// <summary>Products with blocks against the products with their values.</summary>
public sealed unsafe class PackedProductsTests
{
    private const int Rows = 21;

    public static TheoryData<GgufTensorType> Types() =>
        [.. Enum.GetValues<GgufTensorType>().Where(type => type is not (>= GgufTensorType.I8 and <= GgufTensorType.F64) && GgufBlocks.CanDecode(type))];

    /// <summary>Those of which a block of ones in every bit has no value that is a number.</summary>
    public static TheoryData<GgufTensorType> TypesWithNan() =>
        [.. Enum.GetValues<GgufTensorType>().Where(type => Types().Any(row => row.Data == type) && Array.TrueForAll(Damaged(type), float.IsNaN))];

    public static IEnumerable<TheoryDataRow<string>> Golden() => Environment.GetEnvironmentVariable("PALIMPSEST_DATA") is string root
        && Directory.Exists(Path.Combine(root, "golden", "gguf", "quants"))
        ? Directory.GetFiles(Path.Combine(root, "golden", "gguf", "quants"), "*.safetensors").Where(path => GgufBlocks.CanDecode(TypeOf(path)))
            .Select(path => new TheoryDataRow<string>(path))
        : [];

    [Theory]
    [MemberData(nameof(Types))]
    public void Multiply_AnyShapeAndShare_HasTheBitsOfThePlainFormOnTheValues(GgufTensorType type)
    {
        int width = 3 * GgufBlocks.Values(type) * (GgufBlocks.Values(type) == 1 ? 13 : 1);
        (byte[] blocks, float[] values) = Random(type, Rows * width);
        float[] x = Inputs(24 * width), wanted = Plain(values, width, x, 24);
        foreach (int columns in new[] { 1, 2, 3, 5, 6, 8, 9, 24 })
        {
            // Shares as two threads have them, and rows that are left over at the end.
            float[] whole = Multiply(type, blocks, width, x, columns, [0, Rows]), shared = Multiply(type, blocks, width, x, columns, [0, 8, Rows]);
            Assert.Equal(wanted[..(columns * Rows)], whole);
            Assert.Equal(whole, shared);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Multiply_AgainstSumsInF64_StaysWithinTheRoundingOfASumOfAnEighthOfTheRow(GgufTensorType type)
    {
        int width = 2 * 256;
        (byte[] blocks, float[] values) = Random(type, Rows * width);
        float[] x = Inputs(width), y = Multiply(type, blocks, width, x, 1, [0, Rows]);
        for (int row = 0; row < Rows; row++)
        {
            double sum = 0, size = 0;
            for (int i = 0; i < width; i++)
            {
                sum += (double)values[(row * width) + i] * x[i];
                size += Math.Abs((double)values[(row * width) + i] * x[i]);
            }

            Assert.InRange(Math.Abs(y[row] - sum), 0, ((width / 8) + 3) * Math.Pow(2, -24) * size);
        }
    }

    /// <summary>A vector of one 1 picks a value: all of them pass through the product, through that of one vector and through that of many.</summary>
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Golden))]
    public void Multiply_GoldenBlocks_GivesTheReferenceValues(string path)
    {
        GgufTensorType type = TypeOf(path);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        int groups = 0;
        foreach (TensorEntry entry in file.Entries.Values.Where(entry => entry.Name.EndsWith(".blocks", StringComparison.Ordinal)))
        {
            string group = entry.Name[..^".blocks".Length];
            byte[] blocks = new byte[entry.ByteLength];
            file.Read(entry, blocks);
            float[] expected = new float[file[group + ".values"].Count];
            file.Read(file[group + ".values"], MemoryMarshal.AsBytes(expected.AsSpan()));
            int width = Math.Min(256, GgufBlocks.Values(type) == 1 ? expected.Length & ~7 : GgufBlocks.Values(type)), rows = expected.Length / width;
            float[] units = new float[width * width];
            for (int i = 0; i < width; i++)
            {
                units[(i * width) + i] = 1;
            }

            float[] many = Multiply(type, blocks, width, units, width, [0, rows]);
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<float> values = expected.AsSpan(row * width, width);
                float nonfinite = 0;
                foreach (float value in values)
                {
                    nonfinite += value - value; // nan if any is infinite or nan
                }

                for (int i = 0; i < width; i++)
                {
                    // What is not finite reaches the eighth of the row in which it stands, and through the sum every product of the row.
                    float actual = many[(i * rows) + row];
                    Assert.True(
                        float.IsNaN(nonfinite) ? !float.IsFinite(actual) : actual == values[i],
                        $"{type} {group}: value {i} of row {row} is {actual:R}, expected {values[i]:R}");
                }
            }

            Assert.Equal(many[..rows], Multiply(type, blocks, width, units, 1, [0, rows]));
            groups++;
        }

        Assert.NotEqual(0, groups);
    }

    [Theory]
    [MemberData(nameof(TypesWithNan))]
    public void Multiply_BlockWhoseScaleIsNan_MakesTheProductsOfItsRowNanAndNoOthers(GgufTensorType type)
    {
        int width = 3 * GgufBlocks.Values(type) * (GgufBlocks.Values(type) == 1 ? 13 : 1), size = GgufBlocks.Bytes(type);
        (byte[] blocks, _) = Random(type, Rows * width);
        float[] x = Inputs(9 * width);
        foreach (int columns in new[] { 1, 9 })
        {
            float[] wanted = Multiply(type, blocks, width, x, columns, [0, Rows]);
            byte[] damaged = [.. blocks];
            damaged.AsSpan(5 * blocks.Length / Rows, size).Fill(0xFF);
            float[] found = Multiply(type, damaged, width, x, columns, [0, Rows]);
            for (int i = 0; i < found.Length; i++)
            {
                Assert.True(i % Rows == 5 ? float.IsNaN(found[i]) : found[i] == wanted[i], $"{type} {columns}: product {i} is {found[i]:R}");
            }
        }
    }

    [Fact]
    public void Half_EveryPattern_EqualsTheConversionOfTheRuntime()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            ushort half = (ushort)bits;
            float expected = (float)BitConverter.UInt16BitsToHalf(half), actual = BlockBits.Half((byte*)&half);
            Assert.True(
                float.IsNaN(expected) ? float.IsNaN(actual) : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual),
                $"{bits:X4}");
        }
    }

    private static float[] Damaged(GgufTensorType type)
    {
        byte[] block = new byte[GgufBlocks.Bytes(type)];
        float[] values = new float[GgufBlocks.Values(type)];
        Array.Fill<byte>(block, 0xFF);
        GgufBlocks.Decode(type, block, values);
        return values;
    }

    private static GgufTensorType TypeOf(string path) => Enum.Parse<GgufTensorType>(Path.GetFileNameWithoutExtension(path));

    private static float[] Inputs(int count)
    {
        RandomStream random = new(5, "packed", "x");
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];
    }

    /// <summary>Random bits whose values are all finite, and those values.</summary>
    private static (byte[] Blocks, float[] Values) Random(GgufTensorType type, int count)
    {
        RandomStream random = new(6, "packed", type.ToString());
        int size = GgufBlocks.Bytes(type), each = GgufBlocks.Values(type);
        byte[] blocks = new byte[count / each * size];
        float[] values = new float[count];
        for (int block = 0; block < count / each; block++)
        {
            Span<float> decoded = values.AsSpan(block * each, each);
            do
            {
                for (int i = block * size; i < (block + 1) * size; i++)
                {
                    blocks[i] = (byte)random.NextInt(256);
                }

                GgufBlocks.Decode(type, blocks.AsSpan(block * size, size), decoded);
            }
            while (decoded.ToArray().Any(value => !(Math.Abs(value) is < 1e6f)));
        }

        return (blocks, values);
    }

    private static float[] Plain(float[] values, int width, float[] x, int columns)
    {
        float[] y = new float[columns * Rows], scratch = new float[RowProducts.Scratch(width)];
        fixed (float* weights = values, input = x, output = y, room = scratch)
        {
            PlainProducts.Multiply(RowFormat.F32, (byte*)weights, RowFormat.F32.Bytes(width), width, 0, Rows, input, columns, output, Rows, room);
        }

        return y;
    }

    private static float[] Multiply(GgufTensorType type, byte[] blocks, int width, float[] x, int columns, int[] shares)
    {
        RowFormat format = RowFormat.Of(type);
        int rows = shares[^1];
        float[] y = new float[columns * rows], scratch = new float[RowProducts.Scratch(width)];
        fixed (byte* data = blocks)
        {
            fixed (float* input = x, output = y, room = scratch)
            {
                for (int share = 1; share < shares.Length; share++)
                {
                    RowProducts.Multiply(format, data, format.Bytes(width), width, shares[share - 1], shares[share], input, columns, output, rows, room);
                }
            }
        }

        return y;
    }
}
