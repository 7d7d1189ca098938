using Palimpsest.Numerics;

namespace Palimpsest.Reasoning.Tasks;

/// <summary>Task C: the way from the middle of a star to the end of one of its arms, a node a step. The edges stand there in any order
/// (<c>fd|ab|ca|ce|df|../cb</c>), so that the first step has to be found from the goal backwards, and every later one only follows an edge.</summary>
/// <remarks>Bachmann and Nagarajan, The Pitfalls of Next-Token Prediction, ICML 2024; section 6 of Setlur et al., NeurIPS 2024, learns it from
/// negatives.</remarks>
public sealed record StarGraph : ReasoningTaskOptions
{
    private const int MostNodes = 26;

    /// <summary>Arms of the star: a first step at random is right once in so many times.</summary>
    /// <value>The default is 2.</value>
    public int Degree { get; init; } = 2;

    /// <summary>Nodes of an arm without the middle, which is as many steps.</summary>
    /// <value>The default is 3.</value>
    public int Length { get; init; } = 3;

    /// <summary>Names that nodes are drawn from.</summary>
    /// <value>The default is 12.</value>
    public int Nodes { get; init; } = 12;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (Degree < 2 || Length < 1 || Nodes > MostNodes || 1 + ((long)Degree * Length) > Nodes)
        {
            yield return $"degree must be at least 2, length at least 1, and nodes from degree * length + 1 to {MostNodes}.";
        }
    }

    /// <inheritdoc/>
    public override IReasoningTask Create() => new Task(this);

    private sealed class Task(StarGraph options) : IReasoningTask
    {
        public SymbolTable Symbols { get; } = new(Names(options) + "|/\n");

        // Every edge is "ab|", the question "ac" and a line end, every step "b" and a line end; then the end.
        public int Context => (3 * options.Degree * options.Length) + 3 + (2 * options.Length) + 1;

        public TaskProblem Draw(RandomStream random)
        {
            char[] names = Names(options).ToCharArray();
            random.Shuffle<char>(names);
            string[] arms = [.. Enumerable.Range(0, options.Degree).Select(arm => new string(names, 1 + (arm * options.Length), options.Length))];
            string[] edges = [.. arms.SelectMany(arm => arm.Select((node, i) => $"{(i == 0 ? names[0] : arm[i - 1])}{node}"))];
            random.Shuffle<string>(edges);
            string way = random.Pick(arms);
            return new TaskProblem($"{string.Join('|', edges)}/{names[0]}{way[^1]}\n", way, false);
        }

        public string Demonstrate(TaskProblem problem, RandomStream random) => string.Concat(problem.Answer.Select(node => $"{node}\n"));

        // The whole way is the answer: its end is known from the problem.
        public string? AnswerOf(string solution)
        {
            string[] nodes = TaskAnswer.Lines(solution);
            return solution.EndsWith('\n') && nodes.All(node => node.Length == 1) ? string.Concat(nodes) : null;
        }

        public int? FirstWrongStep(TaskProblem problem, IReadOnlyList<string> steps)
        {
            for (int i = 0; i < steps.Count; i++)
            {
                if (i >= problem.Answer.Length || steps[i].TrimEnd('\n') != problem.Answer[i].ToString())
                {
                    return i + 1;
                }
            }

            return steps.Count == problem.Answer.Length ? null : Math.Max(1, steps.Count);
        }

        public (int Taken, int Chances) Shortcuts(TaskProblem problem, IReadOnlyList<string> steps) => (0, 0);

        private static string Names(StarGraph options) => string.Concat(Enumerable.Range('a', options.Nodes).Select(name => (char)name));
    }
}
