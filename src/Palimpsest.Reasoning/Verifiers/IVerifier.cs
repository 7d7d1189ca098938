namespace Palimpsest.Reasoning.Verifiers;

/// <summary>Judges solutions by their final answers. Safe for one thread at a time.</summary>
public interface IVerifier
{
    /// <summary>Judges a solution; never throws because of what stands in it.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="solution">What a model wrote.</param>
    Judgement Judge(Problem problem, string solution);

    /// <summary>What is wrong with the reference answer of a problem, such as no number where one is needed; null if it can be judged by.</summary>
    string? ProblemOf(Problem problem);

    /// <summary>How it judges, in a sentence; a verifier that runs something says what.</summary>
    string Description { get; }
}
