namespace Palimpsest.Reasoning.Tasks;

/// <summary>What the verifiers of arithmetic look at, and nothing else: the digit behind the equals sign of the last line.</summary>
public static class TaskAnswer
{
    /// <summary>Finds it.</summary>
    /// <param name="solution">Lines, each with its end.</param>
    /// <returns>Null where the last line is no step, or has no end.</returns>
    public static string? Of(string solution)
    {
        ArgumentNullException.ThrowIfNull(solution);
        return solution is [.., '=', >= '0' and <= '9' and char digit, '\n'] ? digit.ToString() : null;
    }

    /// <summary>The lines of a solution, without their ends.</summary>
    /// <param name="solution">A solution.</param>
    public static string[] Lines(string solution)
    {
        ArgumentNullException.ThrowIfNull(solution);
        string[] lines = solution.Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }
}
