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
    /// <summary>GRPO's standardised advantages (Shao et al., DeepSeekMath, 2024, section 4.1.2), with the population's standard deviation.</summary>
    /// <param name="rewards">At least one.</param>
    /// <param name="epsilon">Added to the deviation.</param>
    public static double[] Standardized(IReadOnlyCollection<double> rewards, double epsilon = 1e-4)
    {
        double[] centred = MeanBaseline(rewards);
        double deviation = Math.Sqrt(centred.Average(value => value * value));
        return [.. centred.Select(value => value / (deviation + epsilon))];
    }

    private static IReadOnlyCollection<double> Checked(IReadOnlyCollection<double> rewards, int least)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        return rewards.Count >= least ? rewards : throw new PalimpsestException($"Advantages within a group need at least {least} rewards, not {rewards.Count}. Sample more answers.");
    }
}
