using Palimpsest.Text.Bpe;

namespace Palimpsest.Text.PostProcessing;

/// <summary>Reads the post-processor of a tokenizer file. Only what concerns a single text counts: pairs of texts are not supported by the tokenizer.</summary>
internal static class PostProcessorReader
{
    private const string Supported = "TemplateProcessing, ByteLevel, RobertaProcessing, BertProcessing, Sequence";
    private const int MaximumPieces = 1_000;

    public static PostProcessor Read(JsonPart part)
    {
        string type = part.Text("type");
        switch (type)
        {
            case "Sequence":
                part.AllowOnly("type", "processors");
                return new PostProcessorSequence([.. part.Items("processors").Select(Read)]);
            case "ByteLevel":
                // It only moves offsets.
                part.AllowOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
                return new PostProcessorSequence([]);
            case "RobertaProcessing" or "BertProcessing":
                part.AllowOnly("type", "sep", "cls", "trim_offsets", "add_prefix_space");
                return new TemplatePostProcessor([[SpecialId(part.Get("cls"))], null, [SpecialId(part.Get("sep"))]]);
            case "TemplateProcessing":
                part.AllowOnly("type", "single", "pair", "special_tokens");
                return Template(part);
            default:
                throw part.Unsupported(type, Supported);
        }
    }

    private static int SpecialId(JsonPart pair)
    {
        List<JsonPart> parts = pair.AsItems();
        return parts.Count == 2 ? parts[1].AsNumber(0, BpeReader.MaximumId) : throw pair.Error("must be a token and its id");
    }

    private static TemplatePostProcessor Template(JsonPart part)
    {
        List<int[]?> pieces = [];
        int texts = 0;
        foreach (JsonPart piece in part.Items("single"))
        {
            piece.AllowOnly("SpecialToken", "Sequence");
            if (piece.Find("Sequence") is JsonPart sequence)
            {
                sequence.AllowOnly("id", "type_id");
                if (sequence.Text("id") != "A" || ++texts > 1)
                    throw sequence.Error("must be \"A\", once: a single text has no other");
                pieces.Add(null);
                continue;
            }

            JsonPart special = piece.Get("SpecialToken");
            special.AllowOnly("id", "type_id");
            JsonPart token = part.Get("special_tokens").Get(special.Text("id"));
            token.AllowOnly("id", "ids", "tokens");
            pieces.Add([.. token.Items("ids").Select(id => id.AsNumber(0, BpeReader.MaximumId))]);
        }

        return pieces.Count <= MaximumPieces ? new TemplatePostProcessor([.. pieces]) : throw part.Error($"has more than {MaximumPieces} pieces");
    }
}
