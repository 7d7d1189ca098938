namespace Palimpsest.Models.Layers;

/// <summary>How rotary frequencies are changed for texts longer than those of the first training.</summary>
/// <remarks>
/// linear: Chen et al., arXiv 2306.15595. dynamic: NTK-aware scaling whose base grows with the length of the text. llama3: Llama 3.1's, arXiv 2407.21783. yarn: Peng et al., arXiv 2309.00071.
/// Where transformers and the papers differ, this is what transformers computes.
/// </remarks>
public sealed record RopeScaling
{
    /// <summary>The types.</summary>
    public static IReadOnlyList<string> Types { get; } = ["linear", "dynamic", "llama3", "yarn"];

    /// <summary>One of <see cref="Types"/>, or <c>divisors</c>.</summary>
    public required string Type { get; init; }

    /// <summary>By how much texts become longer.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Positions of the first training.</summary>
    public int OriginalContext { get; init; }

    /// <summary>llama3: wavelengths above original context / this are divided by the factor.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>llama3: wavelengths below original context / this stay.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>yarn: frequencies that turn more often than this within the original context stay.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>yarn: frequencies that turn less often than this are divided by the factor.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>yarn: whether the bounds between are rounded to whole pairs.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>yarn: what queries and keys are multiplied with; null for the paper's 0.1 ln(factor) + 1.</summary>
    public double? AttentionFactor { get; init; }

    /// <summary>divisors: one for each frequency, as GGUF files store Llama 3's scaling.</summary>
    public IReadOnlyList<float>? Divisors { get; init; }

    /// <summary>What cosines and sines are multiplied with.</summary>
    internal double Magnitude => Type == "yarn" ? AttentionFactor ?? YarnMagnitude(Factor) : 1;

    internal static double YarnMagnitude(double factor) => factor <= 1 ? 1 : (0.1 * Math.Log(factor)) + 1;

    /// <summary>The frequencies of a text.</summary>
    /// <param name="width">Width of a head.</param>
    /// <param name="theta">Base.</param>
    /// <param name="length">Positions of the text so far; only the type dynamic looks at it.</param>
    /// <returns>[width / 2]</returns>
    internal double[] Frequencies(int width, double theta, int length)
    {
        if (Type == "dynamic" && length > OriginalContext)
        {
            theta *= Math.Pow((Factor * length / OriginalContext) - (Factor - 1), (double)width / (width - 2));
        }

        double[] plain = [.. Enumerable.Range(0, width / 2).Select(i => 1.0 / Math.Pow(theta, 2.0 * i / width))];
        return Type switch
        {
            "linear" => [.. plain.Select(frequency => frequency / Factor)],
            "llama3" => [.. plain.Select(Llama3)],
            "yarn" => Yarn(plain, width, theta),
            "divisors" => [.. plain.Select((frequency, i) => frequency / Divisors![i])],
            _ => plain,
        };
    }

    // Short waves stay, long ones are divided, those between are blended by the number of waves in the original context.
    private double Llama3(double frequency)
    {
        double waves = OriginalContext * frequency / (2 * Math.PI);
        double blend = Math.Clamp((waves - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor), 0, 1);
        return (blend * frequency) + ((1 - blend) * frequency / Factor);
    }

    private double[] Yarn(double[] plain, int width, double theta)
    {
        // The pair that turns so often within the original context.
        double Pair(double turns) => width * Math.Log(OriginalContext / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
        double low = Pair(BetaFast), high = Pair(BetaSlow);
        (low, high) = Truncate ? (Math.Floor(low), Math.Ceiling(high)) : (low, high);
        (low, high) = (Math.Max(low, 0), Math.Min(high, width - 1));
        double span = low == high ? 0.001 : high - low;
        return [.. plain.Select((frequency, i) =>
        {
            double divided = Math.Clamp((i - low) / span, 0, 1);
            return (divided * frequency / Factor) + ((1 - divided) * frequency);
        })];
    }
}
