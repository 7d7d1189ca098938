using Palimpsest.Text.Bpe;
using Palimpsest.Text.Unigram;
using Palimpsest.Text.Words;

namespace Palimpsest.Text;

/// <summary>Reads the model of a tokenizer file.</summary>
internal static class ModelReader
{
    private const string Supported = "BPE, WordPiece, WordLevel, Unigram";

    public static TokenModel Read(JsonPart model)
    {
        // GPT-2's own file has no type.
        string type = model.OptionalText("type") ?? (model.Find("merges") is null ? throw model.Error($"has no \"type\"; supported: {Supported}") : "BPE");
        return type switch
        {
            "BPE" => BpeReader.Read(model),
            "WordPiece" => WordReader.ReadWordPiece(model),
            "WordLevel" => WordReader.ReadWordLevel(model),
            "Unigram" => UnigramReader.Read(model),
            _ => throw model.Unsupported(type, Supported),
        };
    }
}
