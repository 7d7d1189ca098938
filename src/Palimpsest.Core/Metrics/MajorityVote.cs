namespace Palimpsest.Metrics;

/// <summary>Whether the answer that most samples give is right: maj@k.</summary>
/// <remarks>Wang et al., Self-Consistency, ICLR 2023. A sample without an answer has no vote; without any vote the majority is wrong.</remarks>
public static class MajorityVote
{
    /// <summary>The largest number of subsets that <see cref="Expected"/> goes through: about a second.</summary>
    public const long MostSubsets = 1 << 20;

    /// <summary>Whether the majority of the first k samples is right; of several equally frequent answers the first seen counts.</summary>
    /// <param name="samples">The answers in order, null where there is none, and whether each is right.</param>
    /// <param name="k">From 1 to the number of samples.</param>
    /// <returns>1 or 0.</returns>
    public static double OfFirst(IReadOnlyList<(string? Answer, bool Right)> samples, int k)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, samples.Count);
        return Judge([.. samples.Take(k)], shares: false);
    }

    /// <summary>The mean over all choices of k samples.</summary>
    /// <param name="samples">As for <see cref="OfFirst"/>.</param>
    /// <param name="k">From 1 to the number of samples.</param>
    /// <param name="shares">Whether equally frequent answers share the vote equally; otherwise the first seen takes it.</param>
    /// <returns>In [0, 1]; null where there are more than <see cref="MostSubsets"/> choices.</returns>
    public static double? Expected(IReadOnlyList<(string? Answer, bool Right)> samples, int k, bool shares = false)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, samples.Count);
        if (Choices(samples.Count, k) > MostSubsets)
        {
            return null;
        }

        int[] chosen = [.. Enumerable.Range(0, k)];
        (double sum, long count) = (0, 0);
        do
        {
            sum += Judge([.. chosen.Select(i => samples[i])], shares);
            count++;
        }
        while (Next(chosen, samples.Count));
        return sum / count;
    }

    private static double Judge((string? Answer, bool Right)[] samples, bool shares)
    {
        // Grouping keeps the order in which answers were first seen.
        (bool Right, int Count)[] groups = [.. samples.Where(sample => sample.Answer is not null).GroupBy(sample => sample.Answer, StringComparer.Ordinal)
            .Select(group => (group.First().Right, group.Count()))];
        if (groups.Length == 0)
        {
            return 0;
        }

        int most = groups.Max(group => group.Count);
        bool[] leading = [.. groups.Where(group => group.Count == most).Select(group => group.Right)];
        return shares ? leading.Average(right => right ? 1.0 : 0) : leading[0] ? 1 : 0;
    }

    /// <summary>The next choice in lexicographic order.</summary>
    private static bool Next(int[] chosen, int count)
    {
        int place = chosen.Length - 1;
        while (place >= 0 && chosen[place] == count - chosen.Length + place)
        {
            place--;
        }

        for (int i = place; i >= 0 && i < chosen.Length; i++)
        {
            chosen[i] = i == place ? chosen[i] + 1 : chosen[i - 1] + 1;
        }

        return place >= 0;
    }

    private static double Choices(int count, int k)
    {
        double choices = 1;
        for (int i = 1; i <= k; i++)
        {
            choices *= (double)(count - k + i) / i;
        }

        return choices;
    }
}
