using Palimpsest.Metrics;

namespace Palimpsest.Reasoning.Verifiers;

/// <summary>The number behind <c>####</c>, as GSM8K's solutions end, compared exactly. An answer of a data set may be such a solution itself.</summary>
public sealed record MarkedVerifier : VerifierOptions
{
    /// <inheritdoc/>
    public override IVerifier Create() => new ExtractingVerifier("The number behind #### counts, compared exactly.", AnswerEquality.Number,
        AnswerExtraction.Marked, worked: AnswerExtraction.Marked);
}
