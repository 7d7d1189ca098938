namespace Palimpsest.Federation.Experiment;

/// <summary>How answers become one update, where they are not summed privately.</summary>
public enum FederateAggregator
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The median of each coordinate: less than half of the clients of a round can push it beyond what the others sent.</summary>
    Median,

    /// <summary>The mean of each coordinate without a share of its largest and of its smallest values.</summary>
    TrimmedMean,
}
