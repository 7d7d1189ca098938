namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>The measures of published benchmarks, of one model.</summary>
public sealed record AuditMeasures
{
    /// <summary>TOFU's truth ratios of the forget set, one a question; empty where it has no wrong answers.</summary>
    public required IReadOnlyList<double> TruthRatios { get; init; }

    /// <summary>Their aggregate, best at 1; null without wrong answers.</summary>
    public double? ForgetTruthRatio { get; init; }

    /// <summary>TOFU's model utility; null without the sets of real authors and world facts.</summary>
    public double? Utility { get; init; }

    /// <summary>ROUGE-L F1 of answers to the forget set (MUSE's knowledge memorisation).</summary>
    public required double ForgetKnowledge { get; init; }

    /// <summary>The same of the retain set, MUSE's utility.</summary>
    public required double RetainKnowledge { get; init; }

    /// <summary>Share of the forget answers' tokens that greedy decoding chooses.</summary>
    public double? ExactMemorisation { get; init; }

    /// <summary>Share of the forget answers, from their ends, that greedy decoding gives back.</summary>
    public double? ExtractionStrength { get; init; }

    /// <summary>Areas under the ROC curves of the membership attacks, forget set against held-out questions; empty without those. 0.5 is chance.</summary>
    public IReadOnlyDictionary<string, double> Membership { get; init; } = new Dictionary<string, double>();

    /// <summary>TOFU's forget quality against the reference: the p value that both never saw the set. Null without a reference.</summary>
    public double? ForgetQuality { get; init; }

    /// <summary>MUSE's privacy leak in percent, by Min-40%; null without held-out questions.</summary>
    public double? PrivacyLeak { get; init; }
}
