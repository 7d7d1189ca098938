namespace Palimpsest.Numerics.Statistics;

/// <summary>Ranks of numbers, ties sharing the mean of theirs.</summary>
public static class Ranks
{
    /// <summary>The ranks from 1 on, in the order of the numbers.</summary>
    /// <param name="values">No NaN among them.</param>
    public static double[] Of(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray(), ranks = new double[values.Length];
        int[] places = [.. Enumerable.Range(0, values.Length)];
        Array.Sort(sorted, places);
        for (int start = 0; start < sorted.Length;)
        {
            int end = start + 1;
            while (end < sorted.Length && sorted[end] == sorted[start])
            {
                end++;
            }

            for (int i = start; i < end; i++)
            {
                ranks[places[i]] = (start + end + 1) / 2.0;
            }

            start = end;
        }

        return ranks;
    }

    /// <summary>The sizes of the groups of equal numbers.</summary>
    internal static IEnumerable<long> Ties(ReadOnlySpan<double> values) => values.ToArray().GroupBy(value => value).Select(group => group.LongCount());
}
