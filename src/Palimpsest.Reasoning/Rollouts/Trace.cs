using Palimpsest.Models.Generation;
using Palimpsest.Reasoning.Verifiers;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>A solution that a model sampled, cut into steps.</summary>
public sealed record Trace
{
    /// <summary>A solution.</summary>
    /// <param name="problems">The problems.</param>
    /// <param name="problem">Number of the problem.</param>
    /// <param name="rollout">The solution.</param>
    /// <returns>Null for one without a token.</returns>
    public static Trace? Of(IRolloutProblems problems, int problem, Rollout rollout)
    {
        ArgumentNullException.ThrowIfNull(problems);
        ArgumentNullException.ThrowIfNull(rollout);
        return rollout.Tokens.Length == 0 ? null : new Trace
        {
            Problem = problem,
            Prompt = problems.Prompt(problem),
            Solution = rollout.Tokens,
            End = rollout.End,
            Steps = problems.Steps.Cut(rollout.Tokens),
            Judgement = problems.Judge(problem, rollout.Tokens, rollout.End),
        };
    }

    /// <summary>Number of the problem.</summary>
    public required int Problem { get; init; }

    /// <summary>The problem's tokens.</summary>
    public required int[] Prompt { get; init; }

    /// <summary>The solution's tokens, without an end token.</summary>
    public required int[] Solution { get; init; }

    /// <summary>Why it ends.</summary>
    public required CompletionEnd End { get; init; }

    /// <summary>Where each step ends, as numbers of tokens of the solution.</summary>
    public required IReadOnlyList<int> Steps { get; init; }

    /// <summary>Whether its final answer is right, and what it is.</summary>
    public required Judgement Judgement { get; init; }

    /// <summary>Whether its final answer is right.</summary>
    public bool IsRight => Judgement.IsRight;

    /// <summary>Prompt and solution.</summary>
    public int[] Sequence => [.. Prompt, .. Solution];

    /// <summary>The solution's tokens up to a step, counted from 1; none for 0.</summary>
    public int[] Until(int step) => Solution[..(step == 0 ? 0 : Steps[step - 1])];

    /// <summary>A request for rollouts from behind a step.</summary>
    /// <param name="step">Counted from 1; 0 for the bare problem.</param>
    /// <param name="count">Rollouts.</param>
    public RolloutRequest From(int step, int count) => new(Sequence, Prompt.Length, Prompt.Length + (step == 0 ? 0 : Steps[step - 1]), count);
}
