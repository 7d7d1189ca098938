using Palimpsest.Metrics;

namespace Palimpsest.Reasoning.Verifiers;

/// <summary>The content of the last <c>\boxed{}</c>, as MATH's solutions end, compared as a mathematical expression. An answer of a data set may be
/// such a solution itself.</summary>
public sealed record BoxedVerifier : VerifierOptions
{
    /// <inheritdoc/>
    public override IVerifier Create() => new ExtractingVerifier("The last \\boxed{} counts, compared as mathematics.", AnswerEquality.Math,
        AnswerExtraction.LastBoxed,
        worked: AnswerExtraction.LastBoxed);
}
