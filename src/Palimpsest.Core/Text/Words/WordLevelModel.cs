namespace Palimpsest.Text.Words;

/// <summary>Every piece is one token, or the unknown one.</summary>
internal sealed class WordLevelModel(Vocabulary vocabulary, int unknown) : TokenModel
{
    public override Vocabulary Vocabulary => vocabulary;

    public override void Encode(ReadOnlySpan<char> piece, List<int> ids) => ids.Add(vocabulary.IdOf(piece) ?? unknown);
}
