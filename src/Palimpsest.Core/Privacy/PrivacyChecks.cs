using static System.FormattableString;

namespace Palimpsest.Privacy;

/// <summary>Refuses values that are no privacy parameters, with the way out.</summary>
internal static class PrivacyChecks
{
    /// <summary>δ in (0, 1).</summary>
    public static void Delta(double delta)
    {
        if (!(delta is > 0 and < 1))
        {
            throw new PalimpsestException(Invariant(
                $"Delta must lie between 0 and 1, both excluded, but is {delta}. It is a probability of failure: ")
                + "take less than 1 over the number of units, such as 1e-5.");
        }
    }

    /// <summary>ε that is not negative.</summary>
    public static void Epsilon(double epsilon)
    {
        if (!(epsilon >= 0))
        {
            throw new PalimpsestException(Invariant($"Epsilon must be at least 0, but is {epsilon}. Usual budgets lie between 0.1 and 10."));
        }
    }

    /// <summary>A number of releases that is not negative.</summary>
    public static void Steps(long steps)
    {
        if (steps < 0)
        {
            throw new PalimpsestException($"The number of rounds must be at least 0, but is {steps}. Count the noisy sums that are released, such as 500.");
        }
    }
}
