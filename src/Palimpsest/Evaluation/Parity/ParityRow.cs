namespace Palimpsest.Evaluation.Parity;

/// <summary>One comparison with a reference output, or why there was none.</summary>
/// <param name="Name">What was compared.</param>
/// <param name="Difference">Largest difference, in the unit of <paramref name="Tolerance"/>; number of different items where equality is asked for; NaN where
/// nothing could be compared that should have been.</param>
/// <param name="Tolerance">Largest difference allowed.</param>
/// <param name="Unit">"absolute", "of largest" (relative to the largest reference value), "items", or what is wrong.</param>
public sealed record ParityRow(string Name, double Difference, double Tolerance, string Unit)
{
    /// <summary>Why nothing was compared, where that is as it should be; else null.</summary>
    public string? Skipped { get; private init; }

    /// <summary>Whether the difference is within tolerance; never for NaN.</summary>
    public bool Passed => Skipped is not null || Difference <= Tolerance;

    internal static ParityRow NotCompared(string name, string why) => new(name, 0, 0, "") { Skipped = why };
}
