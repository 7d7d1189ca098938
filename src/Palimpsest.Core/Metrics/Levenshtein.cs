namespace Palimpsest.Metrics;

/// <summary>Edit distance: the least number of insertions, deletions and replacements that turn one sequence into another.</summary>
/// <remarks>Wagner and Fischer, The String-to-String Correction Problem, J. ACM 21 (1974). Time is the product of the lengths, memory the length of the second.</remarks>
public static class Levenshtein
{
    /// <summary>The largest product of lengths that is compared: about a second.</summary>
    public const long MaximumCells = 1L << 29;

    /// <summary>The distance of two sequences.</summary>
    /// <param name="first">One sequence.</param>
    /// <param name="second">The other.</param>
    /// <returns>Between the difference of the lengths and the greater of them.</returns>
    /// <exception cref="PalimpsestException">The product of the lengths exceeds <see cref="MaximumCells"/>.</exception>
    public static int Distance<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second)
        where T : IEquatable<T>
    {
        if ((long)first.Length * second.Length > MaximumCells)
        {
            throw new PalimpsestException($"The edit distance of {first.Length} against {second.Length} items needs more than {MaximumCells} steps. Compare shorter texts.");
        }

        int[] row = [.. Enumerable.Range(0, second.Length + 1)];
        for (int i = 0; i < first.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i + 1;
            for (int j = 0; j < second.Length; j++)
            {
                int replaced = diagonal + (first[i].Equals(second[j]) ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, Math.Min(diagonal, row[j]) + 1);
            }
        }

        return row[^1];
    }
}
