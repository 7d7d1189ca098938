namespace Palimpsest.Training.Objectives.Policies;

/// <summary>Settings of learning from weighted answers.</summary>
public sealed record PolicyGradientOptions
{
    /// <summary>What the sum is divided by.</summary>
    /// <value>The default is answers.</value>
    public PolicyMean Mean { get; init; } = PolicyMean.Answers;

    /// <summary>The length that <see cref="PolicyMean.Constant"/> divides by, at least 1.</summary>
    /// <value>The default is 1.</value>
    public int Length { get; init; } = 1;

    /// <summary>How far the ratio to the model that wrote the answers counts, in (0, 1); 0 takes the plain log-probability instead of a ratio.</summary>
    /// <value>The default is 0.</value>
    public double Clip { get; init; }

    /// <summary>Weight of the divergence from the reference, at least 0.</summary>
    /// <value>The default is 0.</value>
    public double KlWeight { get; init; }

    /// <summary>One sentence a problem.</summary>
    internal IEnumerable<string> Problems()
    {
        if (Clip is not (>= 0 and < 1) || !(KlWeight >= 0) || !double.IsFinite(KlWeight) || Length < 1)
        {
            yield return "clip must be at least 0 and below 1, kl_weight a number of at least 0, and length at least 1.";
        }
    }
}
