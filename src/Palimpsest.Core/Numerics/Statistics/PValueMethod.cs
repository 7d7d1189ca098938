namespace Palimpsest.Numerics.Statistics;

/// <summary>How a p value is computed.</summary>
public enum PValueMethod
{
    /// <summary>Exact where that is affordable and the test's assumptions hold, else asymptotic.</summary>
    Auto,

    /// <summary>From the distribution of the statistic over all orders of the observations.</summary>
    Exact,

    /// <summary>From a limiting distribution.</summary>
    Asymptotic,
}
