namespace Palimpsest.Interpretability.SparseAutoencoders.Metrics;

/// <summary>What an autoencoder does to the tokens of an evaluation.</summary>
public sealed record SaeFigures
{
    /// <summary>Tokens that were counted.</summary>
    public required long Tokens { get; init; }

    /// <summary>Latents that are not zero, a token.</summary>
    public required double L0 { get; init; }

    /// <summary>Sum of the latents' absolute values, a token.</summary>
    public required double L1 { get; init; }

    /// <summary>|x - x'|², a token, summed over the width.</summary>
    public required double SquaredError { get; init; }

    /// <summary>1 - E|x - x'|² / (E|x|² - |E x|²): a predictor of the mean has 0, a perfect one 1.</summary>
    public required double ExplainedVariance { get; init; }

    /// <summary>Mean over tokens of 1 - |x - x'|² / |x - mean of the batch|², as older papers have it; tokens near the mean dominate it.</summary>
    public required double ExplainedVarianceLegacy { get; init; }

    /// <summary>The same share for errors without their mean, as dictionary_learning has it; it forgives a constant offset.</summary>
    public required double ExplainedVarianceOfCentred { get; init; }

    /// <summary>Cosine of x and x', a token.</summary>
    public required double Cosine { get; init; }

    /// <summary>Length of x.</summary>
    public required double NormIn { get; init; }

    /// <summary>Length of x'.</summary>
    public required double NormOut { get; init; }

    /// <summary>|x'| / |x|, a token; below 1 is shrinkage.</summary>
    public required double NormRatio { get; init; }

    /// <summary>E|x'|² / E[x x'], a batch; 1 is without bias.</summary>
    public required double ReconstructionBias { get; init; }

    /// <summary>Share of the tokens on which each latent fires.</summary>
    public required IReadOnlyList<double> Densities { get; init; }

    /// <summary>Firings of each latent a text in which it fires; NaN where it never does.</summary>
    public required IReadOnlyList<double> FiringsAPrompt { get; init; }

    /// <summary>Latents that never fired on these tokens.</summary>
    public int Dead => Densities.Count(density => density == 0);

    /// <summary>Share of the latents that fire on more than a share of the tokens.</summary>
    /// <param name="density">The share of the tokens.</param>
    public double ShareAbove(double density) => Densities.Count(one => one > density) / (double)Densities.Count;

    /// <summary>What those latents have of all firings.</summary>
    /// <param name="density">The share of the tokens.</param>
    public double MassAbove(double density) => Densities.Sum() is > 0 and double all ? Densities.Where(one => one > density).Sum() / all : 0;

    /// <summary>Latents by log10 of their density plus 1e-10.</summary>
    /// <param name="edges">Rising edges of the bins; the last one belongs to its bin.</param>
    public IReadOnlyList<int> Histogram(IReadOnlyList<double> edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        int[] counts = new int[edges.Count - 1];
        foreach (double density in Densities)
        {
            double log = Math.Log10(density + 1e-10);
            int bin = Enumerable.Range(0, counts.Length).FirstOrDefault(i => log < edges[i + 1] || i == counts.Length - 1);
            counts[bin]++;
        }

        return counts;
    }
}
