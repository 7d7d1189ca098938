using Palimpsest.Metrics;

namespace Palimpsest.Reasoning.Verifiers;

/// <summary>The last number of a solution, compared exactly.</summary>
public sealed record NumberVerifier : VerifierOptions
{
    /// <inheritdoc/>
    public override IVerifier Create() => new ExtractingVerifier("The last number counts, compared exactly.", AnswerEquality.Number,
        AnswerExtraction.LastNumber);
}
