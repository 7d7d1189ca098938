namespace Palimpsest.Text.Words;

/// <summary>Reads the models that look words up: WordPiece and WordLevel.</summary>
internal static class WordReader
{
    // The original has 100. The search takes time in proportion to the word and the longest token, so the limit only guards the answer "unknown" for absurd words.
    private const int MaximumCharacters = 1_000_000;

    public static WordPieceModel ReadWordPiece(JsonPart model)
    {
        model.AllowOnly("type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab");
        Vocabulary vocabulary = VocabularyReader.Read(model.Get("vocab"));
        string prefix = model.OptionalText("continuing_subword_prefix") ?? "##";
        int most = model.Find("max_input_chars_per_word") is JsonPart limit ? limit.AsNumber(0, MaximumCharacters) : 100;
        int unknown = Unknown(model, vocabulary, "[UNK]");
        try
        {
            return new WordPieceModel(vocabulary, unknown, prefix, most);
        }
        catch (FormatException error)
        {
            throw new PalimpsestException(model.Error(error.Message).Message, error);
        }
    }

    public static WordLevelModel ReadWordLevel(JsonPart model)
    {
        model.AllowOnly("type", "unk_token", "vocab");
        Vocabulary vocabulary = VocabularyReader.Read(model.Get("vocab"));
        return new WordLevelModel(vocabulary, Unknown(model, vocabulary, "<unk>"));
    }

    private static int Unknown(JsonPart model, Vocabulary vocabulary, string otherwise)
    {
        string token = model.OptionalText("unk_token") ?? otherwise;
        return vocabulary.IdOf(token) ?? WordLevelModel.NoUnknown;
    }
}
