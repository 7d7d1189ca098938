namespace Palimpsest.Common;

/// <summary>Finds the name that was probably meant.</summary>
public static class NearestName
{
    /// <summary>The candidate with the fewest edits (insert, delete, replace, swap of neighbours), or null if none is near enough to be a slip of the hand.</summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        int bestDistance = (name.Length / 3) + 2;
        foreach (string candidate in candidates)
        {
            // At least so many edits are needed; a name may be of any length.
            if (Math.Abs(name.Length - candidate.Length) >= bestDistance)
            {
                continue;
            }

            int distance = Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance < bestDistance && distance < Math.Max(name.Length, candidate.Length))
                (best, bestDistance) = (candidate, distance);
        }

        return best;
    }

    /// <summary>Optimal string alignment distance.</summary>
    public static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
