using Palimpsest.Jobs;

namespace Palimpsest.Reasoning.Experiment;

/// <summary>The shape of the model.</summary>
public sealed record ReasoningModelSection : SmallModelSection
{
    /// <inheritdoc/>
    /// <value>The default is 64: about 0.1 million parameters.</value>
    public override int Width { get; init; } = 64;
}
