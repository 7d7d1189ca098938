namespace Palimpsest.Interpretability.Ssae.Tilting;

/// <summary>Settings of the tilt over groups.</summary>
public sealed record GroupTiltOptions : TiltOptions
{
    /// <summary>The tilt.</summary>
    /// <value>The default is 1.</value>
    public double T { get; init; } = 1;

    /// <summary>Whether groups count by their size instead of alike.</summary>
    /// <value>The default is false.</value>
    public bool BySize { get; init; }

    /// <inheritdoc/>
    internal override Tilt Create() => new GroupTilt(this);

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => double.IsFinite(T) ? [] : ["t must be a number."];
}

/// <summary>Estimator F: the tilt over the means of groups, here documents (hierarchical TERM): better conditioned than over tokens.</summary>
internal sealed class GroupTilt(GroupTiltOptions options) : Tilt
{
    // R = (1/t) log Σ_g s_g exp(t m_g), s_g = 1/G or n_g/N        ∂R/∂l_i = w_g / n_g
    public override TiltReading Weigh(ReadOnlySpan<double> losses, ReadOnlySpan<int> groups, Span<double> weights)
    {
        int count = 0;
        foreach (int group in groups)
        {
            count = Math.Max(count, group + 1);
        }

        double[] means = new double[count], sizes = new double[count], shares = new double[count], counts = new double[count];
        for (int i = 0; i < losses.Length; i++)
        {
            means[groups[i]] += losses[i];
            sizes[groups[i]]++;
        }

        for (int g = 0; g < count; g++)
        {
            means[g] /= sizes[g];
            shares[g] = options.BySize ? sizes[g] / losses.Length : 1.0 / count;
        }

        double value = TiltedRisk.Of(means, options.T, counts, shares);
        for (int i = 0; i < losses.Length; i++)
        {
            weights[i] = counts[groups[i]] / sizes[groups[i]];
        }

        return new TiltReading(value, options.T, Effective(weights));
    }
}
