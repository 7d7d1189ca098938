using Palimpsest.Data.Batches;

namespace Palimpsest.Reasoning.PerStepNegatives;

/// <summary>A right and a wrong way on from one prompt, in tokens.</summary>
/// <param name="Problem">Number of the problem.</param>
/// <param name="Prompt">The problem, with the shared steps behind it where there are some: literally the beginning of what was sampled.</param>
/// <param name="Chosen">The right way on, an end token included where the model wrote one.</param>
/// <param name="Rejected">The wrong way on.</param>
/// <param name="Step">The wrong step, counted from 1; 0 for a pair of whole solutions.</param>
public sealed record StepPair(int Problem, int[] Prompt, int[] Chosen, int[] Rejected, int Step)
{
    /// <summary>The pair as a preference objective takes it: only what follows the prompt counts.</summary>
    public AnswerSequences ToSequences() =>
        new(new TokenSequence([.. Prompt, .. Chosen], Prompt.Length), new TokenSequence([.. Prompt, .. Rejected], Prompt.Length), IsDesirable: true);
}
