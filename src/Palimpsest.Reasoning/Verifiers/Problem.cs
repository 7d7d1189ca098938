namespace Palimpsest.Reasoning.Verifiers;

/// <summary>A problem with the answer that counts as right.</summary>
/// <param name="Text">The problem as it is put to a model.</param>
/// <param name="Answer">The final answer, without a solution around it.</param>
public sealed record Problem(string Text, string Answer);
