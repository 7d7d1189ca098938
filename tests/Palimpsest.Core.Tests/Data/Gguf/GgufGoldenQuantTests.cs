using System.Runtime.InteropServices;
using System.Text.Json;
using Palimpsest.Data.Gguf;
using Palimpsest.Data.Gguf.Blocks;
using Palimpsest.Data.Safetensors;
using Palimpsest.Tests.Text;

namespace Palimpsest.Tests.Data.Gguf;

/// <summary>Blocks against the values that the reference package and llama.cpp agree on.</summary>
public sealed class GgufGoldenQuantTests
{
    private static readonly string? s_folder = GoldenData.Find("golden", "gguf", "quants");

    public static IEnumerable<TheoryDataRow<string, uint, bool>> Types() => s_folder is null ? [] : JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(s_folder, "index.json"))).GetProperty("types")
        .EnumerateObject().Select(type => new TheoryDataRow<string, uint, bool>(type.Name, type.Value.GetProperty("id").GetUInt32(), type.Value.GetProperty("required").GetBoolean()));

    /// <summary>Bits must be equal, but for the sign of zeros and the payload of nans.</summary>
    internal static void AssertSame(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            // == holds for zeros of both signs.
            if (expected[i] != actual[i] && !(float.IsNaN(expected[i]) && float.IsNaN(actual[i])))
            {
                Assert.Fail($"{what}: value {i} is {actual[i]:R}, expected {expected[i]:R}");
            }
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Types))]
    public void Decode_EveryGroup_EqualsReference(string name, uint id, bool required)
    {
        BlockFormat format = Assert.IsAssignableFrom<BlockFormat>(BlockFormat.Find(id));
        Assert.Equal(name, format.Type.ToString());
        Assert.True(format.CanDecode || !required);
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(s_folder!, name + ".safetensors"));
        int groups = 0;
        foreach (TensorEntry entry in file.Entries.Values.Where(entry => entry.Name.EndsWith(".blocks", StringComparison.Ordinal)))
        {
            string group = entry.Name[..^".blocks".Length];
            Assert.Equal(format.Bytes, entry.Shape[1]);
            byte[] blocks = new byte[entry.ByteLength];
            file.Read(entry, blocks);
            float[] expected = new float[file[group + ".values"].Count];
            file.Read(file[group + ".values"], MemoryMarshal.AsBytes(expected.AsSpan()));
            Assert.Equal(entry.Shape[0] * format.Values, expected.Length);
            groups++;
            if (format.CanDecode)
            {
                float[] actual = new float[expected.Length];
                format.Decode(blocks, actual);
                AssertSame(expected, actual, $"{name} {group}");
            }
        }

        Assert.NotEqual(0, groups);
        Assert.Equal(format.Type is GgufTensorType.IQ1_M or GgufTensorType.IQ1_S or GgufTensorType.IQ2_S or GgufTensorType.IQ2_XS or GgufTensorType.IQ2_XXS or GgufTensorType.IQ3_S or GgufTensorType.IQ3_XXS, !format.CanDecode);
    }
}
