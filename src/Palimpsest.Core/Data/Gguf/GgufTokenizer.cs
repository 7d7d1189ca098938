using Palimpsest.Text;

namespace Palimpsest.Data.Gguf;

/// <summary>Makes a tokenizer from the metadata of a GGUF file.</summary>
/// <remarks>
/// The kinds <c>gpt2</c> (byte-level BPE) and <c>llama</c> (SentencePiece BPE, merged by scores) are supported, others are refused by name. What the format leaves out, such as a normalizer, is as
/// in llama.cpp: none. <see cref="Tokenizer.Save"/> of the result writes files that Hugging Face libraries read; there merges of equal score have an order of their own.
/// </remarks>
public static class GgufTokenizer
{
    private const string PreTokenizer = "tokenizer.ggml.pre";
    private const string MainTemplate = "tokenizer.chat_template";

    /// <summary>The tokenizer of a file.</summary>
    /// <exception cref="GgufException">The metadata lack something, contradict each other or ask for something that is not supported.</exception>
    public static Tokenizer Read(GgufFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        GgufMetadata metadata = file.Metadata;
        try
        {
            return metadata.Text("tokenizer.ggml.model") switch
            {
                "gpt2" => ByteLevel(metadata),
                "llama" => SentencePiece(metadata),
                string kind => throw metadata.Bad(GgufProblem.Unsupported, $"has a tokenizer of the kind \"{kind}\", which is not supported; supported: gpt2, llama. Use the tokenizer.json of the model"),
            };
        }
        catch (PalimpsestException error) when (error is not GgufException)
        {
            throw metadata.Bad(GgufProblem.WrongValue, $"its tokenizer cannot be used. As {error.Message}", error);
        }
    }

    /// <summary>The chat templates (Jinja) by name: <c>default</c> for the main one, and those that stand beside it, such as <c>tool_use</c>. Empty if there are none.</summary>
    /// <exception cref="GgufException">A template is no text.</exception>
    public static IReadOnlyDictionary<string, string> ChatTemplates(GgufFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return ChatTemplates(file.Metadata);
    }

    private static Dictionary<string, string> ChatTemplates(GgufMetadata metadata)
    {
        Dictionary<string, string> templates = new(StringComparer.Ordinal);
        foreach (string key in metadata.Values.Keys)
        {
            if (key == MainTemplate)
            {
                templates["default"] = metadata.Text(key);
            }
            else if (key.StartsWith(MainTemplate + ".", StringComparison.Ordinal))
            {
                templates.TryAdd(key[(MainTemplate.Length + 1)..], metadata.Text(key));
            }
        }

        return templates;
    }

    private static Tokenizer ByteLevel(GgufMetadata metadata)
    {
        string? named = metadata.FindText(PreTokenizer);
        string name = named ?? GgufPreTokenizer.Default;
        if (named is null)
        {
            metadata.Note(PreTokenizer,
                $"it has no {PreTokenizer}, so texts are cut as llama.cpp cuts them then, by the pattern \"{name}\"; the model may have learnt with another");
        }

        if (!GgufPreTokenizer.ByName.TryGetValue(name, out GgufPreTokenizer? pre))
        {
            throw metadata.Bad(GgufProblem.Unsupported,
                $"cuts texts by the pattern \"{name}\" ({PreTokenizer}), which is not known; known: "
                    + $"{string.Join(", ", GgufPreTokenizer.ByName.Keys)}. Use the tokenizer.json of the model");
        }

        GgufVocabulary vocabulary = new(metadata, sentencePiece: false);
        string json = GgufTokenizerJson.ByteLevel(vocabulary, metadata.Texts("tokenizer.ggml.merges"), pre);
        return Tokenizer.Parse(json, GgufTokenizerJson.Config(vocabulary, ChatTemplates(metadata)));
    }

    internal static Tokenizer SentencePiece(GgufMetadata metadata)
    {
        GgufVocabulary vocabulary = new(metadata, sentencePiece: true);
        (List<(int Left, int Right, int Merged)> merges, List<int> ranks) = GgufScoreMerges.Of(vocabulary);
        string json = GgufTokenizerJson.SentencePiece(vocabulary, merges);
        return Tokenizer.Parse(json, GgufTokenizerJson.Config(vocabulary, ChatTemplates(metadata)), model => model.WithMerges(merges, ranks));
    }
}
