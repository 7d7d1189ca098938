namespace Palimpsest.Metrics;

/// <summary>How a cascade's threshold is chosen so that its error stays below a limit.</summary>
public enum CalibrationRule
{
    /// <summary>The error seen is at most the limit: no guarantee.</summary>
    PlugIn,

    /// <summary>The error seen exceeds the next tier's by at most the limit: no guarantee.</summary>
    PlugInExcess,

    /// <summary>The one-sided Clopper-Pearson bound at each threshold is at most the limit; valid for the joint error, which is monotone in the threshold.</summary>
    ClopperPearson,

    /// <summary>The upper end of the two-sided Clopper-Pearson interval is at most the limit.</summary>
    ClopperPearsonTwoSided,

    /// <summary>The one-sided bound with the level divided by the number of thresholds is at most the limit.</summary>
    Bonferroni,

    /// <summary>Learn then test: from the strictest threshold on, "the error exceeds the limit" is rejected by an exact binomial test until the first failure.</summary>
    FixedSequence,

    /// <summary>The one-sided Clopper-Pearson bound of the share that acceptance loses to the next tier is at most the limit; valid, since that share is
    /// monotone in the threshold and at least the excess.</summary>
    PairedClopperPearson,

    /// <summary>The Hoeffding bound of the excess over the next tier is at most the limit.</summary>
    HoeffdingExcess,
}
