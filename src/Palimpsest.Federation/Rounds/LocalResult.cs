namespace Palimpsest.Federation.Rounds;

/// <summary>What a client's training came to.</summary>
/// <param name="Examples">Examples it has learnt from; 0 for a client without data.</param>
/// <param name="Steps">Optimizer steps.</param>
/// <param name="Tokens">Tokens or other elements that were read.</param>
/// <param name="Loss">Mean loss of the steps; NaN without any.</param>
public readonly record struct LocalResult(int Examples, int Steps, long Tokens, double Loss);
