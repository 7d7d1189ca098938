namespace Palimpsest.Text.PostProcessing;

/// <summary>Reads the post-processor of a tokenizer file.</summary>
internal static class PostProcessorReader
{
    private const string Supported = "TemplateProcessing, ByteLevel, RobertaProcessing, BertProcessing, Sequence";
    private const int MaximumPieces = 1_000;
    private const int MaximumType = 1_000_000;

    /// <summary>The post-processor, or null where the file's adds nothing.</summary>
    public static PostProcessor? Read(JsonPart part)
    {
        string type = part.Text("type");
        switch (type)
        {
            case "Sequence":
                part.AllowOnly("type", "processors");
                PostProcessor[] adding = [.. part.Items("processors").Select(Read).OfType<PostProcessor>()];
                return adding.Length <= 1 ? adding.FirstOrDefault() : throw part.Error($"has {adding.Length} steps that add tokens; at most one is supported");
            case "ByteLevel":
                // It only moves offsets.
                part.AllowOnly("type", "add_prefix_space", "trim_offsets", "use_regex");
                return null;
            case "RobertaProcessing" or "BertProcessing":
                part.AllowOnly("type", "sep", "cls", "trim_offsets", "add_prefix_space");
                return Fixed(SpecialId(part.Get("cls")), SpecialId(part.Get("sep")), roberta: type == "RobertaProcessing");
            case "TemplateProcessing":
                part.AllowOnly("type", "single", "pair", "special_tokens");
                return new PostProcessor(Template(part, "single", 1), part.Find("pair") is null ? [TemplatePiece.Text(0, 0), TemplatePiece.Text(1, 1)] : Template(part, "pair", 2), secondType: 1);
            default:
                throw part.Unsupported(type, Supported);
        }
    }

    // RoBERTa has two separators between the texts and no types.
    private static PostProcessor Fixed(int begin, int separator, bool roberta)
    {
        TemplatePiece start = TemplatePiece.Special(begin, 0), first = TemplatePiece.Text(0, 0), stop = TemplatePiece.Special(separator, 0);
        int second = roberta ? 0 : 1;
        TemplatePiece[] rest = [TemplatePiece.Text(1, second), TemplatePiece.Special(separator, second)];
        return new PostProcessor([start, first, stop], roberta ? [start, first, stop, stop, .. rest] : [start, first, stop, .. rest], second);
    }

    private static int SpecialId(JsonPart pair)
    {
        List<JsonPart> parts = pair.AsItems();
        return parts.Count == 2 ? parts[1].AsNumber(0, VocabularyReader.MaximumId) : throw pair.Error("must be a token and its id");
    }

    private static TemplatePiece[] Template(JsonPart part, string name, int texts)
    {
        List<TemplatePiece> pieces = [];
        foreach (JsonPart piece in part.Items(name))
        {
            piece.AllowOnly("SpecialToken", "Sequence");
            if (piece.Find("Sequence") is JsonPart sequence)
            {
                sequence.AllowOnly("id", "type_id");
                int source = sequence.Text("id") switch { "A" => 0, "B" when texts == 2 => 1, _ => -1 };
                if (source < 0 || pieces.Exists(earlier => earlier.Source == source))
                {
                    throw sequence.Error(texts == 1 ? "must be \"A\", once: a single text has no other" : "must be \"A\" or \"B\", each once");
                }

                pieces.Add(TemplatePiece.Text(source, TypeId(sequence)));
                continue;
            }

            JsonPart special = piece.Get("SpecialToken");
            special.AllowOnly("id", "type_id");
            JsonPart token = part.Get("special_tokens").Get(special.Text("id"));
            token.AllowOnly("id", "ids", "tokens");
            pieces.Add(new TemplatePiece(-1, [.. token.Items("ids").Select(id => id.AsNumber(0, VocabularyReader.MaximumId))], TypeId(special)));
        }

        return pieces.Count <= MaximumPieces ? [.. pieces] : throw part.Error($"has more than {MaximumPieces} pieces");
    }

    private static int TypeId(JsonPart piece) => piece.Find("type_id") is JsonPart type ? type.AsNumber(0, MaximumType) : 0;
}
