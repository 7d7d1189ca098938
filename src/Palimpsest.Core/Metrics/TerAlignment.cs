namespace Palimpsest.Metrics;

/// <summary>The cheapest edits between two word sequences near the diagonal, and which words they leave as they are.</summary>
internal sealed class TerAlignment
{
    private const int Beam = 25;
    private const int Far = int.MaxValue / 2;

    public TerAlignment(int[] hypothesis, int[] reference)
    {
        int rows = hypothesis.Length, columns = reference.Length;
        int[,] cost = new int[rows + 1, columns + 1];
        char[,] step = new char[rows + 1, columns + 1];
        double slope = rows > 0 ? (double)columns / rows : 1;
        int width = slope / 2 > Beam ? (int)Math.Ceiling((slope / 2) + Beam) : Beam;
        for (int i = 0; i <= rows; i++)
        {
            int diagonal = (int)Math.Floor(i * slope);
            int first = i == 0 ? 0 : Math.Max(0, diagonal - width), last = i == 0 || i == rows ? columns : Math.Min(columns, diagonal + width - 1);
            for (int j = 0; j <= columns; j++)
            {
                cost[i, j] = Far;
            }

            for (int j = first; j <= last; j++)
            {
                // Keep or replace is preferred to leaving a hypothesis word out, and that to putting a reference word in.
                bool same = i > 0 && j > 0 && hypothesis[i - 1] == reference[j - 1];
                int replaced = i > 0 && j > 0 ? cost[i - 1, j - 1] + (same ? 0 : 1) : Far;
                int leftOut = i > 0 ? cost[i - 1, j] + 1 : Far, putIn = j > 0 ? cost[i, j - 1] + 1 : Far;
                cost[i, j] = i == 0 && j == 0 ? 0 : Math.Min(replaced, Math.Min(leftOut, putIn));
                step[i, j] = cost[i, j] == replaced ? (same ? '=' : '~') : cost[i, j] == leftOut ? '-' : '+';
            }
        }

        Distance = cost[rows, columns];
        Position = new int[columns];
        HypothesisWrong = new bool[rows];
        ReferenceWrong = new bool[columns];
        for (int i = rows, j = columns; i > 0 || j > 0;)
        {
            char taken = step[i, j];
            if (taken != '-')
            {
                // A reference word that has to be put in belongs behind the hypothesis word before it.
                Position[--j] = i - 1;
                ReferenceWrong[j] = taken != '=';
            }

            if (taken != '+')
            {
                HypothesisWrong[--i] = taken != '=';
            }
        }
    }

    /// <summary>Number of insertions, deletions and replacements.</summary>
    public int Distance { get; }

    /// <summary>Of each reference word, the place in the hypothesis that it is aligned with, or behind; -1 before the first.</summary>
    public int[] Position { get; }

    /// <summary>Which hypothesis words are left out or replaced.</summary>
    public bool[] HypothesisWrong { get; }

    /// <summary>Which reference words are put in or replaced.</summary>
    public bool[] ReferenceWrong { get; }
}
