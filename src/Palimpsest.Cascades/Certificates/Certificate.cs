using System.Globalization;
using Palimpsest.Cascades.Chains;
using Palimpsest.Metrics;
using Palimpsest.Numerics.Statistics;

namespace Palimpsest.Cascades.Certificates;

/// <summary>Thresholds of all tiers of a policy, chosen on questions that it is not judged on.</summary>
/// <remarks>
/// If P(wrong, kept) - P(next wrong, kept) is at most ε at a tier, then the risk of the cascade exceeds that of the next tier by at most ε (add and subtract
/// P(next wrong, kept)). Each tier is calibrated on the questions that reach it; the level is shared out evenly over the tiers. With two tiers the
/// certificate is exact; with more, later tiers take the thresholds before them as given, though they were chosen on the same questions.
/// </remarks>
/// <param name="Options">What was asked for.</param>
/// <param name="Tiers">One a tier but the last.</param>
public sealed record Certificate(CertificateOptions Options, IReadOnlyList<TierCertificate> Tiers)
{
    /// <summary>The thresholds, as <see cref="CascadeArm.Run"/> takes them.</summary>
    public IReadOnlyList<double?> Thresholds => [.. Tiers.Select(tier => tier.Threshold)];

    /// <summary>What cannot be certified, a sentence a tier; none if all is well.</summary>
    public IEnumerable<string> Shortfalls =>
        Tiers.Index().Where(tier => tier.Item.Threshold is null).Select(tier => $"Tier {tier.Index + 1}: {Shortfall(tier.Item)}. It passes everything on.");

    /// <summary>Chooses thresholds, tier by tier.</summary>
    /// <param name="arm">The policy.</param>
    /// <param name="items">The questions to calibrate on.</param>
    /// <param name="options">Limit, confidence and rule.</param>
    /// <exception cref="PalimpsestException">There are no questions.</exception>
    public static Certificate Of(CascadeArm arm, IReadOnlyList<int> items, CertificateOptions options)
    {
        ArgumentNullException.ThrowIfNull(arm);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(options);
        if (items.Count == 0)
        {
            throw new PalimpsestException("A calibration needs questions; there are none. About 100 are usual.");
        }

        List<TierCertificate> tiers = [];
        double confidence = 1 - ((1 - options.Confidence) / Math.Max(1, arm.Tiers.Count - 1));
        int[] reaching = [.. items];
        for (int tier = 0; tier < arm.Tiers.Count - 1; tier++)
        {
            TierCertificate certificate = OfTier(arm, tier, reaching, confidence, options);
            tiers.Add(certificate);
            reaching = [.. reaching.Where(item => !arm.Accepts(tier, certificate.Threshold, item))];
        }

        return new Certificate(options, tiers);
    }

    private string Shortfall(TierCertificate tier) => tier.Smallest > Options.Limit && Options.Certifies
        ? string.Create(CultureInfo.InvariantCulture, $"an error of {Options.Limit} cannot be certified with n = {tier.Items}; ")
            + string.Create(CultureInfo.InvariantCulture, $"without a single error the bound is {tier.Smallest:F4}, and {tier.Needed} questions are needed")
        : string.Create(CultureInfo.InvariantCulture, $"no threshold keeps the error below {Options.Limit} on {tier.Items} questions");

    private static TierCertificate OfTier(CascadeArm arm, int tier, int[] items, double confidence, CertificateOptions options)
    {
        int needed = options.Limit > 0 ? (int)Math.Ceiling(Math.Log(1 - confidence) / Math.Log(1 - options.Limit)) : int.MaxValue;
        if (items.Length == 0)
        {
            return new TierCertificate { Items = 0, Confidence = confidence, Smallest = 1, Needed = needed };
        }

        ChainTier own = arm.Tiers[tier], next = arm.Tiers[tier + 1];
        IReadOnlyList<CascadeCounts> curve = CascadeCounts.Table([.. items.Select(item => own.Scores[item])], [.. items.Select(item => own.Right[item])],
            [.. items.Select(item => next.Right[item])], arm.Candidates(tier, items));
        double? threshold = curve.Count == 0 ? null : ThresholdCalibration.Choose(curve, options.Limit, options.Rule, confidence);
        return new TierCertificate
        {
            Threshold = threshold,
            Items = items.Length,
            Confidence = confidence,
            Bound = threshold is double chosen ? BoundOf(curve.First(row => row.Threshold == chosen), options.Rule, confidence, curve.Count) : double.NaN,
            Smallest = ProportionIntervals.ClopperPearsonUpper(0, items.Length, confidence),
            Needed = needed,
            Curve = curve,
        };
    }

    private static double BoundOf(CascadeCounts row, CalibrationRule rule, double confidence, int candidates) => rule switch
    {
        CalibrationRule.PlugIn => row.Error,
        CalibrationRule.PlugInExcess => row.Error - row.NextError,
        CalibrationRule.PairedClopperPearson => row.LossBound(confidence),
        CalibrationRule.HoeffdingExcess => row.ExcessBound(confidence),
        CalibrationRule.ClopperPearsonTwoSided => row.ErrorBound(1 - ((1 - confidence) / 2)),
        CalibrationRule.Bonferroni => row.ErrorBound(1 - ((1 - confidence) / candidates)),
        _ => row.ErrorBound(confidence),
    };
}
