namespace Palimpsest.Numerics.Statistics;

/// <summary>What a test is against.</summary>
public enum Alternative
{
    /// <summary>A difference in either direction.</summary>
    TwoSided,

    /// <summary>The first sample, or its distribution function for Kolmogorov-Smirnov, is less than the second.</summary>
    Less,

    /// <summary>The first sample, or its distribution function for Kolmogorov-Smirnov, is greater than the second.</summary>
    Greater,
}
