using System.Globalization;
using Palimpsest.Numerics;

namespace Palimpsest.Reasoning.Tasks;

/// <summary>Problems and demonstrations of a task: the same for the same seed, and the first of many are those of few.</summary>
public sealed class TaskData(IReasoningTask task, long seed)
{
    /// <summary>Most demonstrations that are drawn for one that ends in the right answer.</summary>
    private const int MostTries = 100_000;

    /// <summary>Problems without solutions.</summary>
    /// <param name="part">Such as "test"; parts are drawn apart, and one may hold a problem of another by chance.</param>
    /// <param name="count">How many.</param>
    public IReadOnlyList<TaskProblem> Problems(string part, int count)
    {
        RandomStream random = new(seed, "reasoning", part);
        return [.. Enumerable.Range(0, count).Select(i => task.Draw(random.Child(Text(i))))];
    }

    /// <summary>Problems with demonstrations that end in the right answer: what is wrong in between stays.</summary>
    /// <param name="count">How many.</param>
    /// <exception cref="PalimpsestException">The teacher is practically never right.</exception>
    public IReadOnlyList<(TaskProblem Problem, string Solution)> Demonstrations(int count)
    {
        RandomStream random = new(seed, "reasoning", "train");
        List<(TaskProblem, string)> kept = [];
        for (int i = 0; kept.Count < count; i++)
        {
            RandomStream own = random.Child(Text(i));
            TaskProblem problem = task.Draw(own);
            string solution = task.Demonstrate(problem, own);
            if (task.AnswerOf(solution) == problem.Answer)
            {
                kept.Add((problem, solution));
            }
            else if (i > MostTries * (kept.Count + 1))
            {
                throw new PalimpsestException(
                    "The teacher of this task is practically never right, so that there is nothing to learn from. Lower task.skipped.");
            }
        }

        return kept;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
