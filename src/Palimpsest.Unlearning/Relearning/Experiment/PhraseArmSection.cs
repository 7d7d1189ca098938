using Palimpsest.Unlearning.Approximate;

namespace Palimpsest.Unlearning.Relearning.Experiment;

/// <summary>A way of unlearning.</summary>
public sealed record PhraseArmSection
{
    /// <summary>The loss.</summary>
    public required UnlearningOptions Objective { get; init; }

    /// <summary>The repetitions of the pair that it is tried at.</summary>
    /// <value>The default is all.</value>
    public IReadOnlyList<int> Repetitions { get; init; } = [];
}
