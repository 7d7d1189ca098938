using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Palimpsest.Common;
using Palimpsest.Data;
using Palimpsest.Data.Gguf;
using Palimpsest.Data.Llama2c;
using Palimpsest.Data.Retrieval;
using Palimpsest.Data.Safetensors;
using Palimpsest.Numerics.Frames;
using Palimpsest.Runs;
using Palimpsest.Runs.Recipes;
using Palimpsest.Tests.Runs;
using Palimpsest.Text;
using Palimpsest.Text.Templates;

namespace Palimpsest.Tests.Fuzzing;

/// <summary>The formats whose readers need no tensor engine. A reader is used, not only opened: tensors are decoded, texts cut, templates rendered.</summary>
internal static class FuzzFormats
{
    private const int MostDecoded = 1 << 16;
    private static readonly JsonElement s_messages = JsonSerializer.SerializeToElement(new object[] { new { role = "user", content = "aa b" }, new { role = "assistant", content = "é😀", tool_calls = new[] { new { name = "f", arguments = new { x = 1.5 } } } } });

    public static IReadOnlyList<FuzzFormat> All(Scratch scratch) =>
    [
        new("safetensors", [FuzzSeeds.Safetensors("a", "b")], Safetensors, input => ReadSafetensors(scratch.Write("a.safetensors", input))),
        new("safetensors-index", FuzzSeeds.Index, Json(FuzzSeeds.IndexWords), input => ReadIndex(scratch, input)),
        new("gguf", FuzzSeeds.Gguf, (seed, mutator) => mutator.Bytes(seed, FuzzSeeds.GgufWords), input => ReadGguf(scratch.Write("a.gguf", input))),
        new("tokenizer", FuzzSeeds.Tokenizers, Json(FuzzSeeds.TokenizerWords), ReadTokenizer),
        new("tokenizer-config", [FuzzSeeds.TokenizerConfig], Json(FuzzSeeds.TokenizerWords), ReadTokenizerConfig),
        new("llama2c-tokenizer", [FuzzSeeds.Llama2cTokenizer], (seed, mutator) => mutator.Bytes(seed, FuzzSeeds.GgufWords), input => Use(Llama2cTokenizer.Read(scratch.Write("tokenizer.bin", input), 8))),

        // What a template may make is bounded by its own limits: 64 Mi characters, each made once on the way and once for the result, and 2 Mi steps.
        new("template", FuzzSeeds.Templates, Text(FuzzSeeds.TemplateWords), ReadTemplate) { Bound = 1L << 30 },

        // Every bad line costs an exception of about 2 KB that dies at once, and a line can be a character and its end.
        new("jsonl", FuzzSeeds.Jsonl, Text(FuzzSeeds.JsonlWords), input => ReadExamples(scratch.Write("a.jsonl", input))) { Bound = 1L << 28 },

        // A header of separators alone makes a column of every byte.
        new("csv", FuzzSeeds.Csv, Text(FuzzSeeds.CsvWords), input => ReadExamples(scratch.Write("a.csv", input))) { Bound = 1L << 28 },
        new("tsv", [.. FuzzSeeds.Csv.Select(seed => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(seed).Replace(',', '\t')))],
            Text(FuzzSeeds.CsvWords), input => ReadExamples(scratch.Write("a.tsv", input))) { Bound = 1L << 28 },
        new("text", [Encoding.UTF8.GetBytes("one\ntwo\r\n\r\n  three é\n\n\n中\n")], (seed, mutator) => mutator.Bytes(seed, ["\r", "\n\n", "\ufeff", "\u0085"]), input => ReadExamples(scratch.Write("a.txt", input))),
        new("parquet", [FuzzSeeds.Parquet], (seed, mutator) => mutator.Bytes(seed, ["PAR1", "schema", "text"]), input => ReadExamples(scratch.Write("a.parquet", input))) { Slow = true, Patience = TimeSpan.FromSeconds(15) },
        new("passages", [FuzzSeeds.Passages], Json(FuzzSeeds.JsonlWords), input => QuestionPassages.Read(scratch.Write("a.jsonl", input))),
        new("trec", [FuzzSeeds.Trec], Text(FuzzSeeds.TrecWords), input => TrecCollection.Read(scratch.Write("a.xml", input), scratch.Write("b.xml", FuzzSeeds.TrecQueries), scratch.Write("c.txt", FuzzSeeds.Judgements))),
        new("judgements", [FuzzSeeds.Judgements], Text(FuzzSeeds.CsvWords), input => Judgements.Read(scratch.Write("a.tsv", input))),
        new("metrics", [FuzzSeeds.Metrics], Text(FuzzSeeds.JsonlWords), input => MetricsFile.Read(scratch.Write("metrics.jsonl", input))),
        new("frame", FuzzSeeds.Frames, Frame, ReadFrame),
        new("recipe", FuzzSeeds.Recipes, Text(FuzzSeeds.RecipeWords), input => RecipeReader.Parse<SampleRecipe>(Encoding.UTF8.GetString(input), "tiny.yaml")),
    ];

    /// <summary>Damages a document value by value, as text, or as bytes.</summary>
    public static Func<byte[], Mutator, byte[]> Json(IReadOnlyList<string> words) => (seed, mutator) => mutator.Below(8) switch
    {
        0 => mutator.Bytes(seed, words),
        1 => Encoding.UTF8.GetBytes(mutator.Text(Encoding.UTF8.GetString(seed), words)),
        _ => Encoding.UTF8.GetBytes(JsonMutator.Apply(Parsed(seed), mutator, words)),
    };

    private static Func<byte[], Mutator, byte[]> Text(IReadOnlyList<string> words) =>
        (seed, mutator) => mutator.Chance(8) ? mutator.Bytes(seed, words) : Encoding.UTF8.GetBytes(mutator.Text(Encoding.UTF8.GetString(seed), words));

    private static JsonElement Parsed(byte[] seed)
    {
        using JsonDocument document = JsonDocument.Parse(seed);
        return document.RootElement.Clone();
    }

    // A header of another length would nearly always be refused for its length alone, so mostly the length is mended.
    private static byte[] Safetensors(byte[] seed, Mutator mutator)
    {
        if (mutator.Chance(3))
        {
            return mutator.Bytes(seed, FuzzSeeds.IndexWords);
        }

        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(seed);
        byte[] header = Json(FuzzSeeds.IndexWords)(seed[8..(8 + length)], mutator);
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. seed[(8 + length)..]];
    }

    private static void ReadSafetensors(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        foreach (TensorEntry entry in file.Entries.Values)
        {
            file.Read(entry, new byte[Math.Min(entry.ByteLength, MostDecoded)]);
        }
    }

    // Any change is refused for the checksum alone, so mostly the checksum is mended.
    private static byte[] Frame(byte[] seed, Mutator mutator)
    {
        byte[] frame = mutator.Bytes(seed, ["PVFR"]);
        if (frame.Length >= VectorFrame.HeaderBytes && !mutator.Chance(8))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(28), Crc32C.Of(frame.AsSpan(32), Crc32C.Of(frame.AsSpan(0, 28))));
        }

        return frame;
    }

    private static void ReadFrame(byte[] input)
    {
        Traffic.Of(input);
        VectorFrame.Decode(input, new float[FuzzSeeds.FrameMask.Count], input[6] == 1 ? FuzzSeeds.FrameMask : null);
    }

    private static void ReadIndex(Scratch scratch, byte[] input)
    {
        string path = scratch.Write(SafetensorsSet.IndexName, input);
        if (!File.Exists(scratch["1.safetensors"]))
        {
            scratch.Write("1.safetensors", FuzzSeeds.Safetensors("a", "b"));
            scratch.Write("2.safetensors", FuzzSeeds.Safetensors("c"));
        }

        using SafetensorsSet set = SafetensorsSet.Open(Path.GetDirectoryName(path)!);
    }

    private static void ReadGguf(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        foreach (GgufTensor tensor in file.Tensors)
        {
            file.Dequantize(tensor, new float[Math.Min(tensor.Count, MostDecoded) / tensor.BlockLength * tensor.BlockLength]);
        }

        if (file.Metadata.Values.ContainsKey("general.architecture"))
        {
            GgufLlamaSettings.Read(file);
        }

        GgufTokenizer.ChatTemplates(file);
        Use(GgufTokenizer.Read(file));
    }

    private static void ReadTokenizer(byte[] input) => Use(Tokenizer.Parse(Encoding.UTF8.GetString(input)));

    private static void Use(Tokenizer tokenizer)
    {
        const string Sample = "abc aab, Größe\n▁ 中 <s> 1234 I'm  \u0000\ud83d\ude00 unable";
        tokenizer.Decode(tokenizer.Encode(Sample));
        tokenizer.EncodePair("a", "b");
        tokenizer.Encode(string.Concat(Enumerable.Repeat("aab ", 200)));
    }

    private static void ReadTokenizerConfig(byte[] input) =>
        ChatTemplate.Of(Tokenizer.Parse(Encoding.UTF8.GetString(FuzzSeeds.Tokenizers[0]), Encoding.UTF8.GetString(input)))?.Render(new ChatRequest { Messages = s_messages, Now = DateTimeOffset.UnixEpoch });

    private static void ReadTemplate(byte[] input) =>
        ChatTemplate.Parse(Encoding.UTF8.GetString(input), new Dictionary<string, string> { ["bos_token"] = "<s>" }).Render(new ChatRequest { Messages = s_messages, Tools = s_messages, Now = DateTimeOffset.UnixEpoch });

    // Bad rows left out first, for what lies behind the first bad one.
    private static void ReadExamples(string path)
    {
        _ = ExampleFile.Open(path, new ExampleFileOptions { SkipBad = true, LineByLine = true }).From(0).Count();
        IExampleSource source = ExampleFile.Open(path);
        foreach ((long position, _) in source.From(0).Take(3).ToList())
        {
            source.At(position);
        }

    }
}
