using Palimpsest.Jobs;

namespace Palimpsest.Unlearning.Relearning.Experiment;

/// <summary>The shape of the model.</summary>
public sealed record PhraseModelSection : SmallModelSection
{
    /// <inheritdoc/>
    /// <value>The default is 96.</value>
    public override int Width { get; init; } = 96;
}
