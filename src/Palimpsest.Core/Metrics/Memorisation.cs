namespace Palimpsest.Metrics;

/// <summary>How well a model has a text by heart, from its predictions of the text's tokens (teacher forcing).</summary>
/// <remarks>
/// Exact memorisation: Tirumala et al., NeurIPS 2022. Extraction strength: Carlini et al., Extracting Training Data from Large Language Models, USENIX Security 2021, in the form of open-unlearning. Min-k: Shi et al., Detecting Pretraining Data, ICLR 2024,
/// equation 1. Min-k++: Zhang et al., ICLR 2025, equation 3. No measure is defined for an empty text.
/// </remarks>
public static class Memorisation
{
    /// <summary>Mean negative log-likelihood a token, in nats. Its exponential is the perplexity, its inverse exponential the length-normalised probability.</summary>
    /// <param name="tokens">Predictions, at least one.</param>
    /// <exception cref="PalimpsestException">There is no token.</exception>
    public static double Loss(IReadOnlyList<TokenPrediction> tokens) => -Checked(tokens).Average(token => token.LogProbability);

    /// <summary>Share of the tokens that greedy decoding would have chosen.</summary>
    /// <inheritdoc cref="Loss"/>
    public static double Exact(IReadOnlyList<TokenPrediction> tokens) => Checked(tokens).Average(token => token.IsGreedy ? 1.0 : 0);

    // 1 - min { k : tokens k, k+1, ..., n-1 are all greedy } / n
    /// <summary>Extraction strength: the share of the text, from its end, that greedy decoding gives back.</summary>
    /// <param name="tokens">Predictions, at least one.</param>
    /// <param name="floor">Whether a text whose last token is not given back scores 1/n, as in open-unlearning, instead of 0.</param>
    /// <exception cref="PalimpsestException">There is no token.</exception>
    public static double ExtractionStrength(IReadOnlyList<TokenPrediction> tokens, bool floor = false)
    {
        int n = Checked(tokens).Count, prefix = n;
        while (prefix > 0 && tokens[prefix - 1].IsGreedy)
        {
            prefix--;
        }

        return 1 - ((double)(floor ? Math.Min(prefix, n - 1) : prefix) / n);
    }

    /// <summary>Min-k % probability: minus the mean log-probability of the least likely tokens. Lower suggests that the text was trained on.</summary>
    /// <param name="tokens">Predictions, at least one.</param>
    /// <param name="share">k, in (0, 1]: max(1, ⌊k n⌋) tokens count.</param>
    /// <exception cref="PalimpsestException">There is no token.</exception>
    public static double MinK(IReadOnlyList<TokenPrediction> tokens, double share = 0.2) => Lowest(tokens, share, token => token.LogProbability);

    // (ln p - μ) / σ, μ and σ over the vocabulary under the model's own distribution
    /// <summary>Min-k++: the same of log-probabilities standardised at each position. A position with a single possible token counts as 0.</summary>
    /// <inheritdoc cref="MinK"/>
    public static double MinKPlusPlus(IReadOnlyList<TokenPrediction> tokens, double share = 0.2) =>
        Lowest(tokens, share, token => token.Deviation > 0 ? (token.LogProbability - token.Mean) / token.Deviation : 0);

    private static double Lowest(IReadOnlyList<TokenPrediction> tokens, double share, Func<TokenPrediction, double> figure)
    {
        if (share is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "A share of tokens lies above 0 and is at most 1.");
        }

        return -Checked(tokens).Select(figure).Order().Take(Math.Max(1, (int)(share * tokens.Count))).Average();
    }

    private static IReadOnlyList<TokenPrediction> Checked(IReadOnlyList<TokenPrediction> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return tokens.Count > 0 ? tokens : throw new PalimpsestException("Memorisation cannot be measured on a text without tokens. Leave it out.");
    }
}
