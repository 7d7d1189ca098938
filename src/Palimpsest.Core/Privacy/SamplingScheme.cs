namespace Palimpsest.Privacy;

/// <summary>How the units of a round are chosen. A guarantee holds for the scheme it was computed for and no other.</summary>
public enum SamplingScheme
{
    /// <summary>Each independently with the same probability; the number varies. Neighbours differ by one unit added or removed.</summary>
    Poisson,

    /// <summary>A fixed number, without replacement. Neighbours differ by one unit replaced.</summary>
    Fixed,
}
