using Palimpsest.Metrics;

namespace Palimpsest.Reasoning.Verifiers;

/// <summary>The last number of a solution, compared exactly. An answer of a data set may be a solution that ends in <c>#### number</c>, as GSM8K's
/// do.</summary>
public sealed record NumberVerifier : VerifierOptions
{
    /// <inheritdoc/>
    public override IVerifier Create() => new ExtractingVerifier("The last number counts, compared exactly.", AnswerEquality.Number,
        AnswerExtraction.LastNumber, worked: AnswerExtraction.Marked);
}
