namespace Palimpsest.Cascades.Baselines;

/// <summary>AutoMix's routers over what a small model's checks of its own answer say.</summary>
/// <remarks>Aggarwal et al., AutoMix, NeurIPS 2024 (arXiv 2310.12963). The share of checks that find the answer right falls into one of 8 bins; the threshold
/// router picks a bin from which answers stand, the POMDP router an action a bin.</remarks>
internal static class AutoMix
{
    public const int Bins = 8;

    private const int MostReward = 5000;

    /// <summary>The bin of a share of checks, from 0 to <see cref="Bins"/> - 1.</summary>
    public static int BinOf(double verified) => Math.Clamp((int)(verified * Bins), 0, Bins - 1);

    // IBC = (perf_M - perf_S) / (cost_M - cost_S); lift = (IBC_M - IBC_base) / IBC_base with the base from small to large
    /// <summary>How much more a method gains for its cost than asking the large model always would.</summary>
    public static double Lift(double accuracy, double cost, (double Accuracy, double Cost) small, (double Accuracy, double Cost) large)
    {
        double slope = (large.Accuracy - small.Accuracy) / (large.Cost - small.Cost);
        return cost <= small.Cost ? double.NegativeInfinity : (((accuracy - small.Accuracy) / (cost - small.Cost)) - slope) / slope;
    }

    /// <summary>The bins in which the answer stands, for every reward of the POMDP once, in the order in which they are found.</summary>
    /// <param name="seen">Bin, and whether small and large model are right, of each question of the training.</param>
    public static IReadOnlyList<bool[]> Policies(IReadOnlyList<(int Bin, bool Small, bool Large)> seen)
    {
        // States: the large model is better; both are as good and right; neither is right.
        double[,] given = new double[Bins, 3];
        foreach ((int bin, bool small, bool large) in seen)
        {
            given[bin, large && !small ? 0 : small ? 1 : 2]++;
        }

        List<bool[]> found = [];
        HashSet<string> known = [];
        for (int reward = 0; reward < MostReward; reward++)
        {
            bool[] stays = [.. Enumerable.Range(0, Bins).Select(bin => Stays(given, bin, reward))];
            if (known.Add(string.Concat(stays.Select(stay => stay ? '1' : '0'))))
            {
                found.Add(stays);
            }
        }

        return found;
    }

    // stay = [-r, 0, -r - 1], escalate = [-100, -100, -r - 100] over (needy, good, hopeless); a bin that nobody fell into is passed on.
    private static bool Stays(double[,] given, int bin, int reward)
    {
        double needy = given[bin, 0], good = given[bin, 1], hopeless = given[bin, 2];
        double stay = (-reward * needy) + (-(reward + 1.0) * hopeless), escalate = (-100 * (needy + good)) - ((reward + 100.0) * hopeless);
        return needy + good + hopeless > 0 && stay >= escalate;
    }
}
