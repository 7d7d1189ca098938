namespace Palimpsest.Evaluation.Parity;

/// <summary>One comparison with a reference output.</summary>
/// <param name="Name">What was compared.</param>
/// <param name="Difference">Largest difference, in the unit of <paramref name="Tolerance"/>; number of different items where equality is asked for.</param>
/// <param name="Tolerance">Largest difference allowed.</param>
/// <param name="Unit">"absolute", "of largest" (relative to the largest reference value) or "items".</param>
public sealed record ParityRow(string Name, double Difference, double Tolerance, string Unit)
{
    /// <summary>Whether the difference is within tolerance; never for NaN.</summary>
    public bool Passed => Difference <= Tolerance;
}
