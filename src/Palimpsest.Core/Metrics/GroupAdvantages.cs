namespace Palimpsest.Metrics;

/// <summary>Advantages of several answers to one question, relative to each other.</summary>
public static class GroupAdvantages
{
    // r_i - mean of the others
    /// <summary>Leave-one-out (Ahmadian et al., Back to Basics, ACL 2024, equation 7).</summary>
    /// <param name="rewards">At least two.</param>
    public static double[] LeaveOneOut(IReadOnlyCollection<double> rewards)
    {
        double sum = Checked(rewards, 2).Sum();
        return [.. rewards.Select(reward => reward - ((sum - reward) / (rewards.Count - 1)))];
    }

    // r_i - mean
    /// <summary>The mean as the baseline.</summary>
    /// <param name="rewards">At least one.</param>
    public static double[] MeanBaseline(IReadOnlyCollection<double> rewards)
    {
        double mean = Checked(rewards, 1).Average();
        return [.. rewards.Select(reward => reward - mean)];
    }

    // (r_i - mean) / (σ + ε)
    /// <summary>GRPO's standardised advantages (Shao et al., DeepSeekMath, 2024, section 4.1.2).</summary>
    /// <param name="rewards">At least one, for the sample's deviation two.</param>
    /// <param name="epsilon">Added to the deviation.</param>
    /// <param name="sample">Divides the squares by one less than there are, as TRL does; otherwise the deviation is the population's.</param>
    public static double[] Standardized(IReadOnlyCollection<double> rewards, double epsilon = 1e-4, bool sample = false)
    {
        double[] centred = MeanBaseline(Checked(rewards, sample ? 2 : 1));
        double deviation = Math.Sqrt(centred.Sum(value => value * value) / (centred.Length - (sample ? 1 : 0)));
        return [.. centred.Select(value => value / (deviation + epsilon))];
    }

    private static IReadOnlyCollection<double> Checked(IReadOnlyCollection<double> rewards, int least)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        return rewards.Count >= least ? rewards : throw new PalimpsestException($"Advantages within a group need at least {least} rewards, not {rewards.Count}. Sample more answers.");
    }
}
