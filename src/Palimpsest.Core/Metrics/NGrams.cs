namespace Palimpsest.Metrics;

/// <summary>Counts of n-grams.</summary>
internal static class NGrams
{
    /// <summary>The n-grams of one order with their counts. Items hold no separator, so that joined n-grams are equal only if they are.</summary>
    public static Dictionary<string, int> Count(IReadOnlyList<string> items, int order, char separator = ' ')
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        for (int i = 0; i + order <= items.Count; i++)
        {
            string gram = order == 1 ? items[i] : string.Join(separator, items.Skip(i).Take(order));
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }

        return counts;
    }

    /// <summary>The n-grams that both sides have, each as often as the side that has it less.</summary>
    public static int Shared(Dictionary<string, int> first, Dictionary<string, int> second) => first.Sum(pair => Math.Min(pair.Value, second.GetValueOrDefault(pair.Key)));
}
