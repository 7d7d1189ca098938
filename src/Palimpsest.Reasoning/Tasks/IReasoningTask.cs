using Palimpsest.Numerics;

namespace Palimpsest.Reasoning.Tasks;

/// <summary>A task whose problems are generated and each step of whose solutions can be checked. Immutable.</summary>
public interface IReasoningTask
{
    /// <summary>Its tokens.</summary>
    SymbolTable Symbols { get; }

    /// <summary>Most tokens of a problem and its solution.</summary>
    int Context { get; }

    /// <summary>A problem.</summary>
    /// <param name="random">All draws.</param>
    TaskProblem Draw(RandomStream random);

    /// <summary>A solution as the teacher writes it, which need not be right: lines, each with its end.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="random">All draws.</param>
    string Demonstrate(TaskProblem problem, RandomStream random);

    /// <summary>What the verifier looks at, and nothing else: the final answer of a solution; null for none.</summary>
    /// <param name="solution">Lines, each with its end.</param>
    string? AnswerOf(string solution) => TaskAnswer.Of(solution);

    /// <summary>The first step that is wrong.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="steps">The lines of a solution, with or without their ends.</param>
    /// <returns>Counted from 1; null if all are right and they solve the problem. A solution that breaks off is wrong in its last step.</returns>
    int? FirstWrongStep(TaskProblem problem, IReadOnlyList<string> steps);

    /// <summary>How often a solution takes the planted shortcut, and how often it could have.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="steps">The lines of a solution.</param>
    (int Taken, int Chances) Shortcuts(TaskProblem problem, IReadOnlyList<string> steps);
}
