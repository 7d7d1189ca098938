using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Palimpsest.Data.Gguf;
using Palimpsest.Data.Safetensors;
using Palimpsest.Tests.Text;

namespace Palimpsest.Tests.Data.Gguf;

/// <summary>Whole files against what the reference package and llama.cpp say of them.</summary>
public sealed class GgufGoldenFileTests
{
    private static readonly string? s_folder = GoldenData.Find("golden", "gguf");

    public static IEnumerable<TheoryDataRow<string, string[]>> Malformed() => s_folder is null ? [] : Json("malformed", "index.json").GetProperty("files").EnumerateArray().Select(file =>
        new TheoryDataRow<string, string[]>(GoldenData.Text(file, "file"), [GoldenData.Text(file, "expect"), .. file.TryGetProperty("also_allowed", out JsonElement also) ? also.EnumerateArray().Select(item => item.GetString()!) : []]));

    public static IEnumerable<TheoryDataRow<string>> Metadata() => s_folder is null ? [] : [new("metadata-types"), new("metadata-nested")];

    public static IEnumerable<TheoryDataRow<string>> Containers() => s_folder is null ? [] : [new("all-types")];

    public static IEnumerable<TheoryDataRow<string>> Prefixes() => s_folder is null ? [] : [new("ok-unpadded-tail.gguf")];

    public static IEnumerable<TheoryDataRow<string>> SplitParts() => s_folder is null ? [] : Directory.GetFiles(Path.Combine(s_folder, "models", "llama-split"), "*.gguf").Select(file => new TheoryDataRow<string>(file));

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Malformed))]
    public void Open_MalformedFile_GivesTheReason(string file, string[] allowed) => Assert.True(allowed.Contains("any_error") ? Outcome(Find("malformed", file)) != "ok" : allowed.Contains(Outcome(Find("malformed", file))),
        $"{file}: {Outcome(Find("malformed", file))}, expected {string.Join(" or ", allowed)}");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Malformed))]
    public void Open_MalformedFile_GivesTheFirstChoice(string file, string[] allowed)
    {
        if (allowed[0] != "any_error")
        {
            Assert.Equal(allowed[0], Outcome(Find("malformed", file)));
        }

        Assert.NotEmpty(allowed);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Malformed))]
    public void Open_MalformedFile_AllocatesLittle(string file, string[] allowed)
    {
        string path = Find("malformed", file);
        Outcome(path);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Outcome(path);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000 + (16 * new FileInfo(path).Length));
        Assert.NotEmpty(allowed);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Prefixes))]
    public void Open_EveryProperPrefix_IsTruncated(string file)
    {
        byte[] bytes = File.ReadAllBytes(Find("malformed", file));
        using TemporaryFile temporary = new();
        for (int length = 0; length < bytes.Length; length++)
        {
            using (FileStream stream = File.Create(temporary.Path))
            {
                stream.Write(bytes, 0, length);
            }

            Assert.Equal("truncated", Outcome(temporary.Path));
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Metadata))]
    public void Metadata_EveryValueType_EqualsReference(string name)
    {
        using GgufFile file = GgufFile.Open(Find("container", name + ".gguf"));
        JsonElement[] expected = [.. Json("container", name + ".json").EnumerateArray()];
        foreach (JsonElement item in expected)
        {
            Assert.True(file.Metadata.Values.TryGetValue(GoldenData.Text(item, "key"), out GgufValue? value), GoldenData.Text(item, "key"));
            Assert.Equal(GoldenData.Text(item, "type"), value.Type.ToString().ToLowerInvariant());
            Assert.Equal(Spelled(item.GetProperty("value")), Spelled(value.Content));
        }

        Assert.Equal(expected.Length, file.Metadata.Values.Count);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Containers))]
    public void Dequantize_EveryStoredType_EqualsReference(string name)
    {
        JsonElement expected = Json("container", name + ".json");
        using GgufFile file = GgufFile.Open(Find("container", name + ".gguf"));
        using SafetensorsFile values = SafetensorsFile.Open(Find("container", name + ".safetensors"));
        Assert.Equal(expected.GetProperty("alignment").GetInt32(), file.Alignment);
        Assert.Equal(expected.GetProperty("tensors").GetArrayLength(), file.Tensors.Count);
        foreach ((JsonElement item, GgufTensor tensor) in expected.GetProperty("tensors").EnumerateArray().Zip(file.Tensors))
        {
            Assert.Equal(GoldenData.Text(item, "name"), tensor.Name);
            Assert.Equal(GoldenData.Text(item, "type"), tensor.Type.ToString());
            Assert.Equal(GoldenData.Numbers(item, "ne", []).Reverse().Select(extent => (long)extent), tensor.Shape);
            Assert.Equal(item.GetProperty("offset").GetInt64() + expected.GetProperty("data_offset").GetInt64(), tensor.Position);
            Assert.Equal(item.GetProperty("bytes").GetInt64(), tensor.ByteLength);
            TensorEntry entry = values["values." + tensor.Name];
            byte[] wanted = new byte[entry.ByteLength];
            values.Read(entry, wanted);
            if (entry.Type == TensorType.F32 && tensor.Type.ToString() is not ['I', 'Q', '1' or '2' or '3', ..])
            {
                float[] decoded = new float[tensor.Count];
                file.Dequantize(tensor, decoded);
                GgufGoldenQuantTests.AssertSame(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(wanted), decoded, tensor.Name);
            }
            else if (entry.Type != TensorType.F32)
            {
                byte[] stored = new byte[tensor.ByteLength];
                file.Read(tensor, stored);
                Assert.Equal(wanted, stored);
            }
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(SplitParts))]
    public void Open_AnyPartOfASplitFile_FindsTheOthers(string part)
    {
        using GgufFile file = GgufFile.Open(part);
        Assert.Equal(3, file.PartCount);
        Assert.Equal("llama", file.Metadata.Text("general.architecture"));
        JsonElement types = Json("models", "llama-split", "expected.json").GetProperty("types");
        Assert.Equal(types.EnumerateObject().ToDictionary(item => item.Name, item => item.Value.GetString()!), file.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Type.ToString()));
        foreach (GgufTensor tensor in file.Tensors)
        {
            file.Dequantize(tensor, new float[tensor.Count]);
        }
    }

    private static string Find(params string[] names) => Path.Combine([s_folder!, .. names]);

    private static JsonElement Json(params string[] names) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Find(names)));

    private static string Outcome(string path)
    {
        try
        {
            using GgufFile file = GgufFile.Open(path);
            foreach (GgufTensor tensor in file.Tensors)
            {
                file.Read(tensor, new byte[tensor.ByteLength]);
            }

            return "ok";
        }
        catch (GgufException error)
        {
            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);

            // BadMagic -> bad_magic, InvalidUtf8 -> invalid_utf8
            return Regex.Replace(error.Problem.ToString(), "(?<!^)[A-Z]", "_$0", RegexOptions.None, TimeSpan.FromSeconds(1)).ToLowerInvariant();
        }
    }

    // Both sides in one spelling: arrays as type[items], floats as their bits.
    private static string Spelled(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object when value.TryGetProperty("bits", out JsonElement bits) => bits.GetString()!,
        JsonValueKind.Object => $"{GoldenData.Text(value, "element_type")}[{string.Join('|', value.GetProperty("items").EnumerateArray().Select(Spelled))}]",
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.GetRawText(),
    };

    private static string Spelled(object value) => value switch
    {
        GgufArray array => $"{array.ElementType.ToString().ToLowerInvariant()}[{string.Join('|', array.Items.Cast<object>().Select(Spelled))}]",
        float number => BitConverter.SingleToUInt32Bits(number).ToString("x8", CultureInfo.InvariantCulture),
        double number => BitConverter.DoubleToUInt64Bits(number).ToString("x16", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        object text => text.ToString()!,
    };
}
