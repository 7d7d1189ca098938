namespace Palimpsest.Unlearning.Relearning;

/// <summary>How a model writes at all.</summary>
/// <param name="Perplexity">Per token, on text that it should have kept.</param>
/// <param name="Repetition">Share of the three-token runs of its continuations that had been there before in the same one, in [0, 1].</param>
public sealed record CollapseFigures(double Perplexity, double Repetition)
{
    /// <summary>A perplexity so many times that of before is a broken model's.</summary>
    public const double MostPerplexity = 3;

    /// <summary>Repetition so much above that of before is a broken model's.</summary>
    public const double MostRepetition = 0.4;

    /// <summary>What is broken beside a model of before; null for nothing.</summary>
    /// <param name="before">The same of the model before it unlearned.</param>
    /// <returns>A sentence for people.</returns>
    public string? CollapsedSince(CollapseFigures before)
    {
        ArgumentNullException.ThrowIfNull(before);
        string text = "";
        if (!(Perplexity <= MostPerplexity * before.Perplexity))
        {
            text = FormattableString.Invariant($"its perplexity on text that should stay rose from {before.Perplexity:G3} to {Perplexity:G3}");
        }

        if (Repetition > before.Repetition + MostRepetition)
        {
            text += (text.Length > 0 ? ", and " : "") + FormattableString.Invariant($"it repeats itself ({100 * Repetition:F0}% of what it writes, ")
                + FormattableString.Invariant($"{100 * before.Repetition:F0}% before)");
        }

        return text.Length > 0 ? $"The unlearned model has collapsed: {text}. What comes back may be the repair of a broken model." : null;
    }
}
