namespace Palimpsest.Metrics;

/// <summary>Settings of BLEU; the defaults are those of sacrebleu for a corpus.</summary>
public sealed record BleuOptions
{
    /// <summary>How texts are split.</summary>
    public BleuTokenization Tokenization { get; init; } = BleuTokenization.Mteval13a;

    /// <summary>What happens to orders without a match.</summary>
    public BleuSmoothing Smoothing { get; init; } = BleuSmoothing.Exponential;

    /// <summary>The number of <see cref="BleuSmoothing.Floor"/> (0.1 if not set) or <see cref="BleuSmoothing.AddK"/> (1 if not set).</summary>
    public double? SmoothingValue { get; init; }

    /// <summary>Whether texts are put into lower case.</summary>
    public bool Lowercase { get; init; }

    /// <summary>Whether orders that the hypotheses are too short for are left out of the mean; sensible for single sentences.</summary>
    public bool EffectiveOrder { get; init; }

    /// <summary>The longest n-grams, at least 1.</summary>
    public int MaximumOrder { get; init; } = 4;
}
