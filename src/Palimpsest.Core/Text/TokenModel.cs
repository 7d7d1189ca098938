namespace Palimpsest.Text;

/// <summary>Turns the pieces of a text into ids. Safe for use by several threads.</summary>
internal abstract class TokenModel
{
    public abstract Vocabulary Vocabulary { get; }

    /// <summary>Appends the ids of one piece, which is not empty.</summary>
    public abstract void Encode(ReadOnlySpan<char> piece, List<int> ids);
}
