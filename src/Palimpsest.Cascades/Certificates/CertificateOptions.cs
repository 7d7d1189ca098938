using Palimpsest.Common;
using Palimpsest.Metrics;

namespace Palimpsest.Cascades.Certificates;

/// <summary>How much a tier's answers may lose, and how sure that must be.</summary>
public sealed record CertificateOptions : IValidated
{
    /// <summary>The error allowed: a share of all questions that reach the tier, accepted and wrong, beyond what the next tier gets wrong of them.</summary>
    /// <value>The default is 0.05; with 100 questions nothing below 0.0296 can be certified.</value>
    public double Limit { get; init; } = 0.05;

    /// <summary>Confidence over all tiers together, in (0, 1).</summary>
    /// <value>The default is 0.95.</value>
    public double Confidence { get; init; } = 0.95;

    /// <summary>How it is made sure.</summary>
    /// <value>The default is paired-clopper-pearson; clopper-pearson asks for no answers of the next tier and allows less.</value>
    public CalibrationRule Rule { get; init; } = CalibrationRule.PairedClopperPearson;

    /// <summary>Whether the rule gives a guarantee, and not only what was seen.</summary>
    internal bool Certifies => Rule is not (CalibrationRule.PlugIn or CalibrationRule.PlugInExcess);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Limit is not (>= 0 and < 1))
        {
            yield return "limit must be at least 0 and below 1, for example 0.05.";
        }

        if (Confidence is not (> 0 and < 1))
        {
            yield return "confidence must lie between 0 and 1, for example 0.95.";
        }
    }
}
