namespace Palimpsest.Data;

/// <summary>A tokenised example.</summary>
/// <param name="Ids">Its tokens.</param>
/// <param name="LossFrom">Index of the first token that is to be predicted; the ones before it are context.</param>
public sealed record TokenSequence(int[] Ids, int LossFrom);
