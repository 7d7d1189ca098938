using Palimpsest.Models.Generation;
using Palimpsest.Reasoning.Tasks;
using Palimpsest.Reasoning.Verifiers;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>Problems of a generated task.</summary>
public sealed class TaskProblems : IRolloutProblems
{
    private readonly int[][] _prompts;

    /// <summary>Problems in tokens.</summary>
    /// <param name="task">The task.</param>
    /// <param name="problems">The problems.</param>
    public TaskProblems(IReasoningTask task, IReadOnlyList<TaskProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        Task = task ?? throw new ArgumentNullException(nameof(task));
        Problems = problems;
        Steps = new StepBoundaries(new HashSet<int> { task.Symbols.LineEnd });
        _prompts = [.. problems.Select(problem => task.Symbols.Encode(problem.Text))];
    }

    /// <summary>The task.</summary>
    public IReasoningTask Task { get; }

    /// <summary>The problems.</summary>
    public IReadOnlyList<TaskProblem> Problems { get; }

    /// <inheritdoc/>
    public int Count => _prompts.Length;

    /// <inheritdoc/>
    public StepBoundaries Steps { get; }

    /// <inheritdoc/>
    public int[] Prompt(int problem) => _prompts[problem];

    /// <summary>Looks at the last line alone; a solution that the model does not end has none.</summary>
    public Judgement Judge(int problem, int[] solution, CompletionEnd end)
    {
        string? answer = end == CompletionEnd.EndToken ? Task.AnswerOf(Text(solution)) : null;
        return new Judgement(answer is null ? Verdict.Unreadable : answer == Problems[problem].Answer ? Verdict.Right : Verdict.Wrong, answer);
    }

    /// <inheritdoc/>
    public string Text(ReadOnlySpan<int> ids) => Task.Symbols.Decode(ids);
}
