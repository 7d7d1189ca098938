namespace Palimpsest.Text.Words;

/// <summary>Every piece is one token, or the unknown one.</summary>
internal sealed class WordLevelModel(Vocabulary vocabulary, int unknown) : TokenModel
{
    /// <summary>The id of the unknown where its token is not in the vocabulary: a word that is no token is then an error.</summary>
    public const int NoUnknown = -1;

    public override Vocabulary Vocabulary => vocabulary;

    public override void Encode(ReadOnlySpan<char> piece, List<int> ids) =>
        ids.Add(vocabulary.IdOf(piece) ?? (unknown != NoUnknown ? unknown : throw Missing(piece)));

    /// <summary>The error for a word that is no token.</summary>
    public static PalimpsestException Missing(ReadOnlySpan<char> word) =>
        UnknownCharacter.Error(word, "its token for the unknown (unk_token) is not in its vocabulary either");
}
