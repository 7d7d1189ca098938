using System.Text.Json;
using Palimpsest.Text;

namespace Palimpsest.Tests.Text;

/// <summary>Whole tokenizers against the encodings of the original library, where PALIMPSEST_DATA names a folder that holds them; without it there are no cases.</summary>
public sealed class TokenizerGoldenTests
{
    // Families whose every part is supported today.
    private static readonly string[] Families = ["gpt2", "gpt2-prefix-space", "llama2", "llama3", "llama3-no-ignore-merges", "smollm"];

    public static TheoryData<string> Folders()
    {
        TheoryData<string> data = [];
        string? root = Environment.GetEnvironmentVariable("PALIMPSEST_DATA");
        foreach (string family in Families.Where(family => root is not null && File.Exists(Path.Combine(root, "golden", "tokenizers", family, "vectors.jsonl"))))
        {
            data.Add(Path.Combine(root!, "golden", "tokenizers", family));
        }

        return data;
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void EncodeAndDecode_EveryVector_IsEqual(string folder)
    {
        Tokenizer tokenizer = Tokenizer.Load(folder);
        List<string> wrong = [];
        int count = 0;
        foreach (string line in File.ReadLines(Path.Combine(folder, "vectors.jsonl")))
        {
            JsonElement vector = JsonDocument.Parse(line).RootElement;
            string text = vector.GetProperty("text").GetString()!;
            int[] ids = [.. vector.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            count++;
            if (!tokenizer.Encode(text).SequenceEqual(ids) || tokenizer.Decode(ids) != vector.GetProperty("decoded_skip_special").GetString())
            {
                wrong.Add($"{vector.GetProperty("cat")}: {JsonSerializer.Serialize(text)}");
            }
        }

        // At most 0.5% may differ where the platform's Unicode tables do.
        Assert.True(wrong.Count <= count * 0.005, $"{wrong.Count} of {count} differ:\n{string.Join("\n", wrong.Take(12))}");
    }
}
