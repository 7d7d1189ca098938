namespace Palimpsest.Data.Batches;

/// <summary>A tokenised example.</summary>
/// <param name="Ids">Its tokens.</param>
/// <param name="LossFrom">Index of the first token that may be to be predicted; the ones before it are context.</param>
/// <param name="Mask">Which tokens are to be predicted, one value a token, where that is not simply all from <paramref name="LossFrom"/> on: in a chat only what the assistant says.</param>
public sealed record TokenSequence(int[] Ids, int LossFrom, bool[]? Mask = null)
{
    /// <summary>The number of the class to be predicted behind the last token; null where it is tokens that are to be predicted.</summary>
    public int? Label { get; init; }

    /// <summary>How many tokens, or classes, are to be predicted.</summary>
    public int Targets => Label is not null ? 1 : Mask is null ? Ids.Length - Math.Clamp(LossFrom, Math.Min(1, Ids.Length), Ids.Length) : Enumerable.Range(0, Ids.Length).Count(IsTarget);

    /// <summary>Whether a token is to be predicted; the very first never is, for nothing stands before it.</summary>
    /// <param name="index">Index into <see cref="Ids"/>.</param>
    public bool IsTarget(int index) => Label is null && index > 0 && index >= LossFrom && (Mask is null || Mask[index]);

    /// <summary>The sequence without its end.</summary>
    /// <param name="length">How many tokens stay; no more than there are.</param>
    public TokenSequence Truncate(int length) => this with { Ids = Ids[..length], Mask = Mask?[..length] };
}
