using Palimpsest.Common;
using Palimpsest.Reasoning.Tasks;

namespace Palimpsest.Reasoning.Experiment;

/// <summary>The task, and how many problems of it are learnt and asked.</summary>
public sealed record ReasoningDataSection : IValidated
{
    /// <summary>The task: planted-shortcut, natural-arithmetic or star-graph, with options.</summary>
    /// <value>The default is planted-shortcut.</value>
    public ReasoningTaskOptions Task { get; init; } = new PlantedShortcut();

    /// <summary>Numbers of problems with demonstrations, ascending: the curve of the demonstrations alone, by which the efficiency of all arms is
    /// read.</summary>
    /// <value>The default is 250, 500, 1000, 2000 and 4000.</value>
    public IReadOnlyList<int> Problems { get; init; } = [250, 500, 1000, 2000, 4000];

    /// <summary>The numbers among them at which the other arms are trained.</summary>
    /// <value>The default is 500.</value>
    public IReadOnlyList<int> ArmsAt { get; init; } = [500];

    /// <summary>Problems that are asked in the end.</summary>
    /// <value>The default is 2,000.</value>
    public int Test { get; init; } = 2000;

    /// <inheritdoc/>
    IEnumerable<string> IValidated.Problems()
    {
        if (Problems.Count == 0 || Problems.Any(count => count is < 1 or > 1_000_000) || Problems.Zip(Problems.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            yield return "problems must be ascending numbers from 1 to 1,000,000, such as [250, 500, 1000].";
        }

        if (ArmsAt.Except(Problems).Any() || ArmsAt.Distinct().Count() < ArmsAt.Count)
        {
            yield return "arms_at must name numbers of problems, each once.";
        }

        if (Test is < 1 or > 1_000_000)
        {
            yield return "test must be from 1 to 1,000,000.";
        }
    }
}
