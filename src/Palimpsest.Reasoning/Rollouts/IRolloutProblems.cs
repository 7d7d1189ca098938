using Palimpsest.Models.Generation;
using Palimpsest.Reasoning.Verifiers;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>Problems in tokens, with whatever judges their solutions.</summary>
public interface IRolloutProblems
{
    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>Where steps end.</summary>
    StepBoundaries Steps { get; }

    /// <summary>The prompt of a problem.</summary>
    int[] Prompt(int problem);

    /// <summary>Judges a solution.</summary>
    /// <param name="problem">Number of the problem.</param>
    /// <param name="solution">Its tokens, without an end token.</param>
    /// <param name="end">Why it ends.</param>
    Judgement Judge(int problem, int[] solution, CompletionEnd end);

    /// <summary>The text of tokens, for people and files.</summary>
    string Text(ReadOnlySpan<int> ids);
}
