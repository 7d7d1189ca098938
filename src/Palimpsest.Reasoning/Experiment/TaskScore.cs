using Palimpsest.Models.Generation;
using Palimpsest.Reasoning.Arms;
using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Reasoning.Tasks;

namespace Palimpsest.Reasoning.Experiment;

/// <summary>What a model does on the test, greedily.</summary>
public sealed record TaskScore
{
    /// <summary>A letter a problem, in an order that all arms share: 1 for a right final answer, 0 otherwise.</summary>
    public required string Right { get; init; }

    /// <summary>A letter a problem: 1 where something in it invites a shortcut.</summary>
    public required string Cued { get; init; }

    /// <summary>A letter a problem: 1 where the first step is right. Null in results of older versions.</summary>
    public string? FirstSteps { get; init; }

    /// <summary>Times that the planted shortcut was taken.</summary>
    public required int Shortcuts { get; init; }

    /// <summary>Times that it could have been.</summary>
    public required int Chances { get; init; }

    /// <summary>Right final answers with a wrong step on the way.</summary>
    public required int Lucky { get; init; }

    /// <summary>Solutions that did not end, or not in an answer.</summary>
    public required int Unreadable { get; init; }

    /// <summary>Share of right final answers.</summary>
    internal double Accuracy => Share(Right, _ => true);

    /// <summary>The same on problems without a cue; NaN if there are none.</summary>
    internal double CueFree => Share(Right, i => Cued[i] == '0');

    /// <summary>The same on problems with one; NaN if there are none.</summary>
    internal double UnderCue => Share(Right, i => Cued[i] == '1');

    /// <summary>Share of right first steps; NaN where they were not looked at.</summary>
    internal double FirstStep => Share(FirstSteps ?? "", _ => true);

    /// <summary>Share of the planted shortcuts that were taken; NaN if there were none.</summary>
    internal double ShortcutRate => Chances == 0 ? double.NaN : (double)Shortcuts / Chances;

    /// <summary>Asks a model.</summary>
    /// <returns>Null if told to stop.</returns>
    internal static TaskScore? Of(TaskModel model, TaskProblems problems, int places, CancellationToken stop)
    {
        char[] right = new char[problems.Count], first = new char[problems.Count];
        (int shortcuts, int chances, int lucky, int unreadable) = (0, 0, 0, 0);
        using RolloutEngine engine = new(model.Causal, new SamplingOptions { MaxNewTokens = model.Causal.Config.ContextLength }, seed: 0, places: places,
            capacity: model.Capacity);
        bool done = engine.Run([.. Enumerable.Range(0, problems.Count).Select(i => RolloutRequest.Of(problems.Prompt(i), 1))], "test", (i, _, rollout) =>
        {
            Verifiers.Judgement judgement = problems.Judge(i, rollout.Tokens, rollout.End);
            string[] lines = TaskAnswer.Lines(problems.Text(rollout.Tokens));
            (int taken, int possible) = problems.Task.Shortcuts(problems.Problems[i], lines);
            (shortcuts, chances) = (shortcuts + taken, chances + possible);
            right[i] = judgement.IsRight ? '1' : '0';
            unreadable += judgement.Verdict == Verifiers.Verdict.Unreadable ? 1 : 0;
            int? wrong = problems.Task.FirstWrongStep(problems.Problems[i], lines);
            first[i] = wrong == 1 ? '0' : '1';
            lucky += judgement.IsRight && wrong is not null ? 1 : 0;
        }, stop);
        return !done ? null : new TaskScore
        {
            Right = new string(right),
            FirstSteps = new string(first),
            Cued = string.Concat(problems.Problems.Select(problem => problem.IsCued ? '1' : '0')),
            Shortcuts = shortcuts,
            Chances = chances,
            Lucky = lucky,
            Unreadable = unreadable,
        };
    }

    private static double Share(string letters, Func<int, bool> counts)
    {
        int[] places = [.. Enumerable.Range(0, letters.Length).Where(counts)];
        return places.Length == 0 ? double.NaN : places.Count(i => letters[i] == '1') / (double)places.Length;
    }
}
