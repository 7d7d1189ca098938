using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Palimpsest.Data.Gguf;
using Palimpsest.Data.Safetensors;
using Palimpsest.Tests.Text;
using Palimpsest.Text;

namespace Palimpsest.Tests.Data.Gguf;

/// <summary>Whole models: token ids, settings, names and the order of rows.</summary>
public sealed class GgufGoldenModelTests
{
    private static readonly string? s_folder = GoldenData.Find("golden", "gguf", "models");
    private static readonly string? s_smollm = GoldenData.Find("models", "smollm2-135m-instruct");

    public static IEnumerable<TheoryDataRow<string>> Models() => Rows(name => name != "llama-lora");

    public static IEnumerable<TheoryDataRow<string>> LlamaModels() => Rows(name => name.StartsWith("llama-", StringComparison.Ordinal) && name != "llama-lora");

    public static IEnumerable<TheoryDataRow<string>> SmolLm() => s_smollm is null ? [] : [new("SmolLM2-135M-Instruct.Q4_1.gguf")];

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Models))]
    public void Tokenizer_Texts_GiveTheReferenceIds(string name)
    {
        JsonElement expected = Expected(name);
        using GgufFile file = Open(name);
        Tokenizer tokenizer = GgufTokenizer.Read(file);
        CheckTexts(tokenizer, expected.GetProperty("texts"));
        bool addsBegin = expected.GetProperty("add_bos").GetBoolean();
        Assert.Equal(addsBegin ? [tokenizer.BeginToken!.Value, .. tokenizer.Encode("the girl", addSpecialTokens: false)] : tokenizer.Encode("the girl", addSpecialTokens: false), tokenizer.Encode("the girl"));
        Assert.Equal(160, tokenizer.VocabularySize);
        Assert.Equal((1, 2, 0, 0), (tokenizer.BeginToken, tokenizer.EndToken, tokenizer.UnknownToken, tokenizer.PadToken));
        Assert.True(tokenizer.IsSpecial(1));
        Assert.Contains("message", GgufTokenizer.ChatTemplates(file)["default"].Replace("for m in", "message", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Models))]
    public void Tokenizer_SavedAndLoaded_GivesTheSameIds(string name)
    {
        using GgufFile file = Open(name);
        string folder = Directory.CreateTempSubdirectory("palimpsest-").FullName;
        GgufTokenizer.Read(file).Save(folder);
        CheckTexts(Tokenizer.Load(folder), Expected(name).GetProperty("texts"));
        Directory.Delete(folder, recursive: true);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(LlamaModels))]
    public void Settings_OfAModel_EqualItsConfig(string name)
    {
        JsonElement config = Expected(name).GetProperty("config"), rope = config.GetProperty("rope_parameters");
        using GgufFile file = Open(name);
        GgufLlamaSettings settings = GgufLlamaSettings.Read(file);
        Assert.Equal(config.GetProperty("hidden_size").GetInt32(), settings.EmbeddingLength);
        Assert.Equal(config.GetProperty("intermediate_size").GetInt32(), settings.FeedForwardLength);
        Assert.Equal(config.GetProperty("num_hidden_layers").GetInt32(), settings.BlockCount);
        Assert.Equal(config.GetProperty("num_attention_heads").GetInt32(), settings.HeadCount);
        Assert.Equal(config.GetProperty("num_key_value_heads").GetInt32(), settings.KeyValueHeadCount);
        Assert.Equal(config.GetProperty("head_dim").GetInt32(), settings.HeadLength);
        Assert.Equal(config.GetProperty("vocab_size").GetInt32(), settings.VocabularySize);
        Assert.Equal(config.GetProperty("tie_word_embeddings").GetBoolean(), settings.TiedOutput);
        Assert.Equal(rope.GetProperty("rope_theta").GetDouble(), settings.RopeBase);
        Assert.Equal(1e-6f, (float)settings.RmsEpsilon);
        string kind = GoldenData.Text(rope, "rope_type");
        Assert.Equal(kind is "linear" or "yarn" ? kind : null, settings.RopeScaling?.Type);
        Assert.Equal(kind is "linear" or "yarn" ? rope.GetProperty("factor").GetDouble() : null, settings.RopeScaling?.Factor);
        Assert.Equal(kind == "llama3", settings.RopeDivisors is not null);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(LlamaModels))]
    public void Weights_InHuggingFaceOrder_EqualTheBase(string name)
    {
        using GgufFile file = Open(name);
        GgufLlamaSettings settings = GgufLlamaSettings.Read(file);
        string? origin = Expected(name).GetProperty("base").GetString();
        using SafetensorsFile? weights = origin is null ? null : SafetensorsFile.Open(GoldenData.Find("golden", "transformers", origin, "model.safetensors")!);
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (GgufTensor tensor in file.Tensors.Where(tensor => tensor.Name != GgufLlamaNames.RopeDivisors))
        {
            string mapped = Assert.IsType<string>(GgufLlamaNames.ToHuggingFace(tensor.Name));
            Assert.Equal(tensor.Name, GgufLlamaNames.ToGguf(mapped));
            names.Add(mapped);
            if (weights is null || tensor.Type is not (GgufTensorType.F32 or GgufTensorType.F16))
                continue;
            float[] expected = new float[weights[mapped].Count], actual = new float[tensor.Count];
            weights.Read(weights[mapped], MemoryMarshal.AsBytes(expected.AsSpan()));
            int width = tensor.Shape.Count == 1 ? 1 : (int)tensor.RowLength;
            int? heads = GgufLlamaNames.InterleavedHeads(tensor.Name, settings);
            for (int row = 0; row < actual.Length / width; row++)
            {
                long from = heads is null ? row : GgufLlamaNames.RowInFile(row, actual.Length / width, heads.Value);
                file.Dequantize(tensor, actual.AsSpan(row * width, width), from * width);
            }

            if (tensor.Type == GgufTensorType.F16)
                expected = Array.ConvertAll(expected, value => (float)(Half)value);
            Assert.Equal(expected, actual);
        }

        Assert.Equal(file.Tensors.Count - (settings.RopeDivisors is null ? 0 : 1), names.Count);
        if (weights is not null)
        {
            Assert.Equal(weights.Entries.Keys.Where(key => !settings.TiedOutput || key != "lm_head.weight").Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(SmolLm))]
    public void SmolLm_EveryTensor_HasTheReferenceHashes(string name)
    {
        using GgufFile file = GgufFile.Open(Path.Combine(s_smollm!, name));
        JsonElement[] expected = [.. JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(GoldenData.Find("golden", "gguf", "smollm2-135m-instruct", "tensors.json")!)).EnumerateArray()];
        Assert.Equal(expected.Length, file.Tensors.Count);
        foreach ((JsonElement item, GgufTensor tensor) in expected.Zip(file.Tensors))
        {
            Assert.Equal(GoldenData.Text(item, "name"), tensor.Name);
            Assert.Equal(GoldenData.Text(item, "type"), tensor.Type.ToString());
            byte[] bytes = new byte[tensor.ByteLength];
            file.Read(tensor, bytes);
            Assert.Equal(GoldenData.Text(item, "sha256"), Convert.ToHexStringLower(SHA256.HashData(bytes)));

            // In stretches of ten rows, as a loader would.
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            float[] rows = new float[10 * tensor.RowLength];
            for (long first = 0; first < tensor.Count; first += rows.Length)
            {
                Span<float> stretch = rows.AsSpan(0, (int)Math.Min(rows.Length, tensor.Count - first));
                file.Dequantize(tensor, stretch, first);
                hash.AppendData(MemoryMarshal.AsBytes(stretch));
            }

            Assert.Equal(GoldenData.Text(item, "sha256_f32"), Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(SmolLm))]
    public void SmolLm_Metadata_EqualReference(string name)
    {
        using GgufFile file = GgufFile.Open(Path.Combine(s_smollm!, name));
        JsonElement expected = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(GoldenData.Find("golden", "gguf", "smollm2-135m-instruct", "metadata.json")!)).GetProperty("metadata");
        Assert.Equal(expected.EnumerateObject().Select(item => item.Name).Order(StringComparer.Ordinal), file.Metadata.Values.Keys.Order(StringComparer.Ordinal));
        foreach (JsonProperty item in expected.EnumerateObject())
        {
            string type = GoldenData.Text(item.Value, "type");
            if (type == "string")
                Assert.Equal(GoldenData.Text(item.Value, "value"), file.Metadata.Text(item.Name));
            else if (type == "uint32")
                Assert.Equal(item.Value.GetProperty("value").GetInt64(), file.Metadata.Integer(item.Name));
            else if (type == "float32")
                Assert.Equal(item.Value.GetProperty("value").GetDouble(), file.Metadata.Number(item.Name));
            else if (type == "bool")
                Assert.Equal(item.Value.GetProperty("value").GetBoolean(), file.Metadata.FindFlag(item.Name));
            else if (item.Value.TryGetProperty("sha256_of_items_joined_by_newline_utf8", out JsonElement hash))
                Assert.Equal(hash.GetString(), Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', file.Metadata.Texts(item.Name))))));
            else if (item.Value.TryGetProperty("sum", out JsonElement sum))
                Assert.Equal(sum.GetInt64(), file.Metadata.FindIntegers(item.Name)!.Sum());
            else
                Assert.Equal(item.Value.GetProperty("value").EnumerateArray().Select(value => value.GetString()!), file.Metadata.Texts(item.Name));
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(SmolLm))]
    public void SmolLm_AwkwardTextsAndPrompts_GiveTheReferenceIds(string name)
    {
        using GgufFile file = GgufFile.Open(Path.Combine(s_smollm!, name));
        Tokenizer tokenizer = GgufTokenizer.Read(file);
        JsonElement expected = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(s_smollm!, "expected.json")));
        CheckTexts(tokenizer, expected.GetProperty("tokenise"));
        foreach (JsonElement item in expected.GetProperty("tokenise").EnumerateArray())
        {
            string text = GoldenData.Text(item, "text");
            Assert.Equal(item.GetProperty("decoded_equals_text").GetBoolean(), text == tokenizer.Decode(GoldenData.Numbers(item, "ids", []), skipSpecialTokens: false));
        }

        foreach (JsonElement prompt in expected.GetProperty("prompts").EnumerateArray())
        {
            Assert.Equal(GoldenData.Numbers(prompt, "ids", []), tokenizer.Encode(GoldenData.Text(prompt, "prompt")));
        }
    }

    private static void CheckTexts(Tokenizer tokenizer, JsonElement texts)
    {
        List<string> unequal = [];
        foreach (JsonElement item in texts.EnumerateArray())
        {
            int[] actual = tokenizer.Encode(GoldenData.Text(item, "text"), addSpecialTokens: false);
            if (!GoldenData.Numbers(item, "ids", []).SequenceEqual(actual))
                unequal.Add($"{JsonSerializer.Serialize(item)} but {string.Join(',', actual)}");
        }

        GoldenData.AssertEqual(unequal, texts.GetArrayLength());
    }

    private static GgufFile Open(string name) => GgufFile.Open(Directory.GetFiles(Path.Combine(s_folder!, name), "*.gguf").Order(StringComparer.Ordinal).First());

    private static JsonElement Expected(string name) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(s_folder!, name, "expected.json")));

    private static IEnumerable<TheoryDataRow<string>> Rows(Func<string, bool> wanted) =>
        s_folder is null ? [] : Directory.GetDirectories(s_folder).Select(folder => Path.GetFileName(folder)).Where(wanted).Order(StringComparer.Ordinal).Select(name => new TheoryDataRow<string>(name));
}
