namespace Palimpsest.Metrics;

/// <summary>What a model's distribution at one position says about the token that stands there.</summary>
/// <param name="LogProbability">ln p of the token, in nats.</param>
/// <param name="Mean">Mean of ln p under the distribution itself (minus its entropy).</param>
/// <param name="Deviation">Standard deviation of ln p under the distribution.</param>
/// <param name="IsGreedy">Whether the token is the likeliest one (the first of several).</param>
public readonly record struct TokenPrediction(double LogProbability, double Mean, double Deviation, bool IsGreedy)
{
    /// <summary>Computes the figures from logits.</summary>
    /// <param name="logits">[vocabulary]; minus infinity for a token that cannot stand there.</param>
    /// <param name="token">The token that stands there.</param>
    /// <exception cref="ArgumentOutOfRangeException">The token has no logit.</exception>
    public static TokenPrediction Of(ReadOnlySpan<double> logits, int token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, logits.Length);
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        double sum = 0;
        foreach (double logit in logits)
        {
            sum += Math.Exp(logit - logits[best]);
        }

        double scale = logits[best] + Math.Log(sum), mean = 0, square = 0;
        foreach (double logit in logits)
        {
            double p = Math.Exp(logit - scale);
            mean += p == 0 ? 0 : p * (logit - scale);
        }

        foreach (double logit in logits)
        {
            double p = Math.Exp(logit - scale), distance = logit - scale - mean;
            square += p == 0 ? 0 : p * distance * distance;
        }

        return new TokenPrediction(logits[token] - scale, mean, Math.Sqrt(square), best == token);
    }
}
