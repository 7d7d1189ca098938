using Palimpsest.Models.Generation;
using Palimpsest.Reasoning.Rollouts;

namespace Palimpsest.Reasoning.PerStepNegatives;

/// <summary>Makes pairs of findings; each pair once.</summary>
/// <param name="problems">The problems.</param>
/// <param name="endToken">What ends a whole solution; null for nothing.</param>
public sealed class PairBuilder(IRolloutProblems problems, int? endToken)
{
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _served = [];

    /// <summary>Pairs that were left out because they were there before.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Findings without a pair: no right solution is known that differs from the wrong one there.</summary>
    public int Unmatched { get; private set; }

    /// <summary>A solution with its end, as a model is to learn it.</summary>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="isWhole">Whether the model ended it.</param>
    public int[] Ended(int[] tokens, bool isWhole) => isWhole && endToken is int end ? [.. tokens, end] : tokens;

    /// <summary>The different right solutions of a problem, with their ends where the model wrote them.</summary>
    public IReadOnlyList<int[]> Ended(SolutionPool pool, int problem)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return [.. pool.Right(problem).Select(trace => Ended(trace.Solution, trace.End == CompletionEnd.EndToken))];
    }

    /// <summary>The wrong solution up to its pit against a right solution of the problem.</summary>
    /// <param name="finding">The wrong solution with its pit.</param>
    /// <param name="right">Right solutions of the same problem with their ends; they take turns.</param>
    /// <returns>Null without a right solution that differs, and for a pair that was there before.</returns>
    public StepPair? FromProblem(PitFinding finding, IReadOnlyList<int[]> right)
    {
        ArgumentNullException.ThrowIfNull(finding);
        int[] rejected = finding.Trace.Until(finding.Pit!.Value);
        return Made(finding.Trace.Problem, finding.Trace.Prompt, right, rejected, finding.Pit.Value);
    }

    /// <summary>The pit alone against a right way on from the step before it.</summary>
    /// <param name="finding">The wrong solution with its pit.</param>
    /// <param name="onward">Rollouts from behind the step before the pit. The shortest right one whose first step differs is chosen.</param>
    /// <returns>Null where there is none, and for a pair that was there before.</returns>
    public StepPair? SharedPrefix(PitFinding finding, IReadOnlyList<Rollout> onward)
    {
        ArgumentNullException.ThrowIfNull(finding);
        ArgumentNullException.ThrowIfNull(onward);
        Trace trace = finding.Trace;
        int[] before = trace.Until(finding.Pit!.Value - 1), rejected = trace.Until(finding.Pit.Value)[before.Length..];
        IEnumerable<int[]> right = onward.Where(rollout => problems.Judge(trace.Problem, [.. before, .. rollout.Tokens], rollout.End).IsRight)
            .Select(rollout => Ended(rollout.Tokens, rollout.IsWhole)).OrderBy(tokens => tokens.Length);
        return Made(trace.Problem, [.. trace.Prompt, .. before], [.. right], rejected, finding.Pit.Value, takeTurns: false);
    }

    /// <summary>A whole wrong solution against a right one.</summary>
    /// <param name="wrong">The wrong solution.</param>
    /// <param name="right">Right solutions of the same problem with their ends; they take turns.</param>
    /// <returns>As for <see cref="FromProblem"/>.</returns>
    public StepPair? Whole(Trace wrong, IReadOnlyList<int[]> right)
    {
        ArgumentNullException.ThrowIfNull(wrong);
        return Made(wrong.Problem, wrong.Prompt, right, Ended(wrong.Solution, wrong.End == CompletionEnd.EndToken), 0);
    }

    private StepPair? Made(int problem, int[] prompt, IReadOnlyList<int[]> right, int[] rejected, int step, bool takeTurns = true)
    {
        // One that begins with what is rejected would be rejected too.
        int[][] others = [.. right.Where(tokens => !tokens.AsSpan().StartsWith(rejected))];
        if (others.Length == 0)
        {
            Unmatched++;
            return null;
        }

        int turn = takeTurns ? _served.GetValueOrDefault(problem) : 0;
        for (int i = 0; i < others.Length; i++)
        {
            int[] chosen = others[(turn + i) % others.Length];
            if (_made.Add($"{string.Join(',', prompt)}|{string.Join(',', chosen)}|{string.Join(',', rejected)}"))
            {
                _served[problem] = turn + i + 1;
                return new StepPair(problem, prompt, chosen, rejected, step);
            }
        }

        Duplicates++;
        return null;
    }
}
