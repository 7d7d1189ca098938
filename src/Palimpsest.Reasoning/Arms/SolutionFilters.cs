using System.Text.RegularExpressions;
using Palimpsest.Metrics;

namespace Palimpsest.Reasoning.Arms;

/// <summary>Keeps different solutions of one problem.</summary>
/// <remarks>The filters of Self-Explore (Hwang et al., 2024), described in section 5.4 of the specification.</remarks>
internal static partial class SolutionFilters
{
    private const double LeastDistance = 0.2;

    /// <summary>Numbers of the solutions that are kept, ascending.</summary>
    /// <param name="solutions">Their texts.</param>
    /// <param name="filter">What counts as different.</param>
    /// <param name="most">Most that are kept.</param>
    public static IReadOnlyList<int> Keep(IReadOnlyList<string> solutions, SolutionFilter filter, int most)
    {
        int[] distinct = [.. solutions.Index().DistinctBy(item => item.Item, StringComparer.Ordinal).Select(item => item.Index)];
        IEnumerable<int> kept = filter switch
        {
            SolutionFilter.Equations => distinct.Where(i => EquationsHold(solutions[i])).GroupBy(i => Equations(solutions[i]), StringComparer.Ordinal)
                .Select(group => group.MaxBy(i => distinct.Sum(other => Distance(solutions[i], solutions[other])))),
            SolutionFilter.Distance => Apart(solutions, distinct),
            _ => distinct,
        };
        return [.. kept.Take(most).Order()];
    }

    private static List<int> Apart(IReadOnlyList<string> solutions, int[] distinct)
    {
        List<int> kept = [];
        foreach (int i in distinct)
        {
            if (kept.All(other => Distance(solutions[i], solutions[other]) > LeastDistance * Math.Max(solutions[i].Length, solutions[other].Length)))
            {
                kept.Add(i);
            }
        }

        return kept;
    }

    private static int Distance(string a, string b) => Levenshtein.Distance<char>(a, b);

    // Calculator marks where there are some, else whatever has an equals sign in a line.
    private static string Equations(string solution)
    {
        string[] marked = [.. Calculator().Matches(solution).Select(match => match.Value)];
        return string.Join('\n', marked.Length > 0 ? marked : solution.Split('\n').Where(line => line.Contains('=', StringComparison.Ordinal))
            .Select(line => string.Concat(line.Where(symbol => !char.IsWhiteSpace(symbol)))));
    }

    private static bool EquationsHold(string solution) =>
        Calculator().Matches(solution).All(match => MathAnswer.Equivalent(match.Groups["value"].Value, match.Groups["term"].Value));

    [GeneratedRegex("<<(?<term>[^=<>]+)=(?<value>[^=<>]+)>>", RegexOptions.ExplicitCapture)]
    private static partial Regex Calculator();
}
