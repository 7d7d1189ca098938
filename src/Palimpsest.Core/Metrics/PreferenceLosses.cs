namespace Palimpsest.Metrics;

/// <summary>Losses of preference optimisation for one pair, in double precision with their gradients: the reference that fused implementations are tested against.</summary>
/// <remarks>u = β ((ln π_c - ln ref_c) - (ln π_r - ln ref_r)) throughout; sp(x) = ln(1 + eˣ), whose derivative is the sigmoid σ(x).</remarks>
public static class PreferenceLosses
{
    // (1 - ε) sp(-u) + ε sp(u)
    /// <summary>DPO (Rafailov et al., NeurIPS 2023, equation 7), with label smoothing cDPO (Mitchell 2023).</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="smoothing">ε: the chance that a label is flipped, in [0, 0.5).</param>
    public static PreferenceLoss Dpo(PreferencePair pair, double beta = 0.1, double smoothing = 0)
    {
        double u = beta * (pair.ChosenRatio - pair.RejectedRatio), slope = (smoothing * Sigmoid(u)) - ((1 - smoothing) * Sigmoid(-u));
        return new PreferenceLoss(((1 - smoothing) * SoftPlus(-u)) + (smoothing * SoftPlus(u)), beta * slope, -beta * slope);
    }

    // ((1 - ε) sp(-u) - ε sp(u)) / (1 - 2ε)
    /// <summary>Robust DPO (Chowdhury et al., ICML 2024, equation 12): unbiased under flipped labels.</summary>
    /// <inheritdoc cref="Dpo"/>
    public static PreferenceLoss RobustDpo(PreferencePair pair, double beta = 0.1, double smoothing = 0)
    {
        double u = beta * (pair.ChosenRatio - pair.RejectedRatio), scale = 1 - (2 * smoothing);
        double slope = ((-(1 - smoothing) * Sigmoid(-u)) - (smoothing * Sigmoid(u))) / scale;
        return new PreferenceLoss((((1 - smoothing) * SoftPlus(-u)) - (smoothing * SoftPlus(u))) / scale, beta * slope, -beta * slope);
    }

    // (h - 1/2β)²
    /// <summary>IPO (Azar et al., AISTATS 2024, equation 17); h is u/β of sums as in the paper, or of means over tokens as TRL computes it.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="averaged">Whether log-ratios are divided by the answers' lengths.</param>
    public static PreferenceLoss Ipo(PreferencePair pair, double beta = 0.1, bool averaged = false)
    {
        (double chosen, double rejected) = Weights(pair, averaged);
        double distance = (chosen * pair.ChosenRatio) - (rejected * pair.RejectedRatio) - (1 / (2 * beta));
        return new PreferenceLoss(distance * distance, 2 * distance * chosen, -2 * distance * rejected);
    }

    // max(0, 1 - u)
    /// <summary>The hinge loss (Zhao et al., SLiC-HF, 2023).</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="beta">β, above 0.</param>
    public static PreferenceLoss Hinge(PreferencePair pair, double beta = 0.1)
    {
        double u = beta * (pair.ChosenRatio - pair.RejectedRatio), slope = u < 1 ? -beta : 0;
        return new PreferenceLoss(Math.Max(0, 1 - u), slope, -slope);
    }

    // sp(-u), u of means over tokens
    /// <summary>DPO of log-ratios divided by the answers' lengths.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="beta">β, above 0.</param>
    public static PreferenceLoss NormalizedDpo(PreferencePair pair, double beta = 0.1)
    {
        (double chosen, double rejected) = Weights(pair, averaged: true);
        double u = beta * ((chosen * pair.ChosenRatio) - (rejected * pair.RejectedRatio)), slope = -beta * Sigmoid(-u);
        return new PreferenceLoss(SoftPlus(-u), slope * chosen, -slope * rejected);
    }

    // 2/β sp(β (ln π_r - ln ref_r))
    /// <summary>NPO (Zhang et al., COLM 2024, equation 3): only the rejected answer counts, as the one to unlearn.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="beta">β, above 0.</param>
    public static PreferenceLoss Npo(PreferencePair pair, double beta = 0.1) =>
        new(2 / beta * SoftPlus(beta * pair.RejectedRatio), 0, 2 * Sigmoid(beta * pair.RejectedRatio));

    // sp(γ - β (ln π_c / n_c - ln π_r / n_r))
    /// <summary>SimPO (Meng et al., NeurIPS 2024, equation 6): no reference, means over tokens and a margin.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="margin">γ.</param>
    public static PreferenceLoss SimPo(PreferencePair pair, double beta = 2, double margin = 0.5)
    {
        (double chosen, double rejected) = Weights(pair, averaged: true);
        double u = (beta * ((chosen * pair.Chosen) - (rejected * pair.Rejected))) - margin, slope = -beta * Sigmoid(-u);
        return new PreferenceLoss(SoftPlus(-u), slope * chosen, -slope * rejected);
    }

    private static (double Chosen, double Rejected) Weights(PreferencePair pair, bool averaged)
    {
        if (averaged && (pair.ChosenLength < 1 || pair.RejectedLength < 1))
        {
            throw new PalimpsestException($"Means over tokens need answers of at least one token, not {pair.ChosenLength} and {pair.RejectedLength}.");
        }

        return averaged ? (1.0 / pair.ChosenLength, 1.0 / pair.RejectedLength) : (1, 1);
    }

    // The larger of x and 0 is taken out, so that nothing overflows.
    private static double SoftPlus(double x) => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x)));

    private static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    private static double LogOnePlus(double x) => Numerics.Statistics.BetaFunction.LogOnePlus(x);
}
