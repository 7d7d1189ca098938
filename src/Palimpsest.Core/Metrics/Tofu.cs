using Palimpsest.Numerics.Statistics;

namespace Palimpsest.Metrics;

/// <summary>The measures of the TOFU benchmark: how well a model knows, and whether it looks as if it had never learned.</summary>
/// <remarks>Maini et al., TOFU: A Task of Fictitious Unlearning for LLMs, COLM 2024, section 2.2 and appendix; aggregation as in the published evaluation. Losses are mean negative log-likelihoods a token, in nats.</remarks>
public static class Tofu
{
    // exp(-loss)
    /// <summary>The probability of an answer, normalised for its length.</summary>
    /// <param name="loss">Mean negative log-likelihood a token.</param>
    public static double Probability(double loss) => Math.Exp(-loss);

    // P_true / (P_true + Σ_j P_j)
    /// <summary>The probability of the true answer among all choices, for real authors and world facts.</summary>
    /// <param name="loss">Of the true answer.</param>
    /// <param name="wrongLosses">Of the wrong ones.</param>
    /// <returns>In [0, 1].</returns>
    public static double ChoiceProbability(double loss, ReadOnlySpan<double> wrongLosses)
    {
        // Relative to the true answer, so that no probability underflows.
        double others = 0;
        foreach (double wrong in wrongLosses)
        {
            others += Math.Exp(loss - wrong);
        }

        return 1 / (1 + others);
    }

    /// <summary>How much likelier wrong answers are than a paraphrase of the right one: below 1 for a model that knows.</summary>
    /// <param name="paraphraseLoss">Of the paraphrased answer; for real authors and world facts, of the answer itself.</param>
    /// <param name="wrongLosses">Of the perturbed answers, at least one.</param>
    /// <param name="form">How the wrong answers are averaged.</param>
    /// <exception cref="PalimpsestException">There is no wrong answer.</exception>
    public static double TruthRatio(double paraphraseLoss, ReadOnlySpan<double> wrongLosses, TruthRatioForm form = TruthRatioForm.Geometric)
    {
        if (wrongLosses.IsEmpty)
        {
            throw new PalimpsestException("A truth ratio needs at least one perturbed answer. Leave questions without any out.");
        }

        double sum = 0;
        foreach (double wrong in wrongLosses)
        {
            sum += form == TruthRatioForm.Geometric ? wrong : Math.Exp(paraphraseLoss - wrong);
        }

        double mean = sum / wrongLosses.Length;
        return form == TruthRatioForm.Geometric ? Math.Exp(paraphraseLoss - mean) : mean;
    }

    // mean max(0, 1 - R), on the forget set mean min(R, 1/R)
    /// <summary>The aggregate of truth ratios over a set: high is good. On the forget set a ratio of 1, no knowledge either way, is best; elsewhere a ratio of 0.</summary>
    /// <param name="ratios">Truth ratios, at least one.</param>
    /// <param name="forget">Whether this is the forget set.</param>
    /// <exception cref="PalimpsestException">There is no ratio.</exception>
    public static double TruthAggregate(IReadOnlyCollection<double> ratios, bool forget)
    {
        ArgumentNullException.ThrowIfNull(ratios);
        return ratios.Count == 0
            ? throw new PalimpsestException("An aggregate needs at least one truth ratio.")
            : ratios.Average(ratio => forget ? Math.Min(ratio, 1 / ratio) : Math.Max(0, 1 - ratio));
    }

    // 9 / Σ 1/x
    /// <summary>Model utility: the harmonic mean of the nine figures of three sets; 0 if any is 0.</summary>
    /// <param name="retain">The retain set.</param>
    /// <param name="realAuthors">Real authors.</param>
    /// <param name="worldFacts">World facts.</param>
    public static double Utility(TofuSplit retain, TofuSplit realAuthors, TofuSplit worldFacts)
    {
        double sum = 0;
        foreach (TofuSplit split in (ReadOnlySpan<TofuSplit>)[retain, realAuthors, worldFacts])
        {
            sum += (1 / split.Probability) + (1 / split.Rouge) + (1 / split.TruthRatio);
        }

        return 9 / sum;
    }

    /// <summary>Forget quality: the two-sided Kolmogorov-Smirnov p value of the forget set's truth ratios against those of a model that never saw it. Usually shown as its logarithm; above 0.05 the two cannot be told apart.</summary>
    /// <param name="ratios">Of the model that unlearned.</param>
    /// <param name="reference">Of the model trained without the forget set.</param>
    /// <exception cref="PalimpsestException">A side is empty or holds NaN.</exception>
    public static double ForgetQuality(ReadOnlySpan<double> ratios, ReadOnlySpan<double> reference) => KolmogorovSmirnov.Test(ratios, reference).PValue;
}
