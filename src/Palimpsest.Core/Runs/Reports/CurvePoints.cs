namespace Palimpsest.Runs.Reports;

/// <summary>The points of a curve as they are drawn: few enough for a page, extremes and gaps kept.</summary>
internal static class CurvePoints
{
    /// <summary>The most points of a curve on a wide page, and on a phone.</summary>
    public const int Most = 400, MostNarrow = 160;

    /// <summary>Whether a point has a place in a chart; the others are gaps.</summary>
    public static bool IsDrawn((double X, double Y) point) => Math.Abs(point.X) <= Ticks.Largest && Math.Abs(point.Y) <= Ticks.Largest;

    /// <summary>Keeps of every stretch of a long curve its lowest and its highest point and a gap if there is one, and the ends of the curve.</summary>
    /// <param name="points">The curve.</param>
    /// <param name="most">How many points may be left, at least 5.</param>
    public static IReadOnlyList<(double X, double Y)> Thin(IReadOnlyList<(double X, double Y)> points, int most)
    {
        if (points.Count <= most)
        {
            return points;
        }

        int stretches = (most - 2) / 3;
        SortedSet<int> kept = [0, points.Count - 1];
        for (int stretch = 0; stretch < stretches; stretch++)
        {
            int from = (int)((long)points.Count * stretch / stretches), to = (int)((long)points.Count * (stretch + 1) / stretches);
            int lowest = -1, highest = -1, gap = -1;
            for (int i = from; i < to; i++)
            {
                if (!IsDrawn(points[i]))
                {
                    gap = gap < 0 ? i : gap;
                    continue;
                }

                lowest = lowest < 0 || points[i].Y < points[lowest].Y ? i : lowest;
                highest = highest < 0 || points[i].Y > points[highest].Y ? i : highest;
            }

            kept.UnionWith(((int[])[lowest, highest, gap]).Where(i => i >= 0));
        }

        return [.. kept.Select(i => points[i])];
    }

    /// <summary>The stretches between gaps, none of them empty.</summary>
    public static IReadOnlyList<IReadOnlyList<(double X, double Y)>> Runs(IReadOnlyList<(double X, double Y)> points)
    {
        List<List<(double X, double Y)>> runs = [[]];
        foreach ((double X, double Y) point in points)
        {
            if (IsDrawn(point))
            {
                runs[^1].Add(point);
            }
            else if (runs[^1].Count > 0)
            {
                runs.Add([]);
            }
        }

        return [.. runs.Where(run => run.Count > 0)];
    }
}
