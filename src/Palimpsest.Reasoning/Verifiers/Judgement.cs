namespace Palimpsest.Reasoning.Verifiers;

/// <summary>The judgement of one solution.</summary>
/// <param name="Verdict">Right, or what else.</param>
/// <param name="Answer">The final answer that was found; null where there is none.</param>
/// <param name="Note">Why a verifier failed; null otherwise.</param>
public sealed record Judgement(Verdict Verdict, string? Answer, string? Note = null)
{
    /// <summary>Whether the solution counts as solved.</summary>
    public bool IsRight => Verdict == Verdict.Right;
}
