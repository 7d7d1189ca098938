using Palimpsest.Cascades.Certificates;
using Palimpsest.Cascades.Chains;
using Palimpsest.Numerics;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Puts certificates to the test: calibrates on some questions, and sees on the others whether the limit holds.</summary>
internal static class CertificateTrial
{
    public static CascadeSplits Of(CascadeArm arm, int[] items, int calibration, CascadeRecipe recipe, RandomStream random)
    {
        int held = 0, certified = 0;
        double worst = double.NegativeInfinity, deferred = 0;
        for (int split = 0; split < recipe.Evaluate.Splits; split++)
        {
            random.Shuffle(items.AsSpan());
            Certificate certificate = Certificate.Of(arm, items[..calibration], recipe.Certificate);
            int[] rest = items[calibration..];
            IReadOnlyList<double> excess = Excess(arm, certificate.Thresholds, rest);
            held += excess.All(value => value <= recipe.Certificate.Limit) ? 1 : 0;
            certified += certificate.Thresholds.Any(threshold => threshold is not null) ? 1 : 0;
            worst = Math.Max(worst, excess.Max());
            deferred += arm.Run(certificate.Thresholds, rest).Reach[1];
        }

        int splits = recipe.Evaluate.Splits;
        return new CascadeSplits(splits, held / (double)splits, certified / (double)splits, deferred / splits, worst);
    }

    // P(wrong, kept) - P(next wrong, kept) among the questions that reach the tier
    public static IReadOnlyList<double> Excess(CascadeArm arm, IReadOnlyList<double?> thresholds, IReadOnlyList<int> items)
    {
        List<double> excess = [];
        int[] reaching = [.. items];
        for (int tier = 0; tier < arm.Tiers.Count - 1; tier++)
        {
            IReadOnlyList<bool> own = arm.Tiers[tier].Right, next = arm.Tiers[tier + 1].Right;
            ILookup<bool, int> kept = reaching.ToLookup(item => arm.Accepts(tier, thresholds[tier], item));
            excess.Add(reaching.Length == 0 ? 0 : kept[true].Sum(item => (own[item] ? 0 : 1) - (next[item] ? 0 : 1)) / (double)reaching.Length);
            reaching = [.. kept[false]];
        }

        return excess;
    }
}
