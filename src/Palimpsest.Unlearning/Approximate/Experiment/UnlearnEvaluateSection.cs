using Palimpsest.Common;
using Palimpsest.Jobs;

namespace Palimpsest.Unlearning.Approximate.Experiment;

/// <summary>What is measured before and after.</summary>
public sealed record UnlearnEvaluateSection : IValidated
{
    /// <summary>Most examples that are measured of the forget set and of the retain set.</summary>
    /// <value>The default is 200.</value>
    public int Most { get; init; } = 200;

    /// <summary>Further examples whose answers are asked, each set with the probability of its answers: paraphrases, or rows that no training has
    /// seen.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<EvaluationSetSection> Sets { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => Most >= 1 ? [] : ["most must be at least 1."];
}
