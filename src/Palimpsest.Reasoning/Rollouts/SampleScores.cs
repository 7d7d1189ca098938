using Palimpsest.Metrics;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Reasoning.Verifiers;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>pass@k and maj@k of sampled solutions, with intervals over the problems.</summary>
public static class SampleScores
{
    /// <summary>What to tell, a line each.</summary>
    /// <param name="problems">At least one, each with at least one sample.</param>
    /// <param name="seed">Draws the intervals.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<SampledProblem> problems, long seed)
    {
        ArgumentNullException.ThrowIfNull(problems);
        int least = problems.Min(problem => problem.Samples.Count), most = problems.Max(problem => problem.Samples.Count),
            all = problems.Sum(own => own.Samples.Count);
        int[] powers = [.. Enumerable.Range(0, 20).Select(power => 1 << power).TakeWhile(k => k < least), least];
        List<string> lines =
        [
            FormattableString.Invariant($"{problems.Count:N0} problems, {(least == most ? $"{least}" : $"{least} to {most}")} samples each."),
            .. powers.Select(k => Line($"pass@{k}", Pass(problems, k), seed)),
            .. powers.Where(k => k > 1).Select(k => Majority(problems, k) is double[] votes ? Line($"maj@{k}", votes, seed) : "").Where(line =>
                line.Length > 0),
        ];
        foreach ((Verdict verdict, string said) in new[] { (Verdict.Unreadable, "have no answer that can be read"),
            (Verdict.Failed, "could not be judged: the verifier failed") })
        {
            if (problems.Sum(problem => problem.Samples.Count(sample => sample.Judgement.Verdict == verdict)) is > 0 and int count)
            {
                string? why = problems.SelectMany(problem => problem.Samples).FirstOrDefault(sample => sample.Judgement is { Note: not null } own
                    && own.Verdict == verdict)?.Judgement.Note;
                lines.Add(FormattableString.Invariant($"{count:N0} of {all:N0} samples {said}{(why is null ? "" : $" (first: {why.TrimEnd('.', ' ')})")}; ")
                    + "they count as wrong.");
            }
        }

        return lines;
    }

    /// <summary>The estimate of pass@k of each problem.</summary>
    public static double[] Pass(IReadOnlyList<SampledProblem> problems, int k) =>
        [.. problems.Select(problem => PassAtK.Estimate(problem.Samples.Count, problem.Samples.Count(sample => sample.Judgement.IsRight), k))];

    /// <summary>maj@k of each problem, the mean over all choices of k samples, the first seen of equally frequent answers counting; null where the choices are
    /// too many.</summary>
    public static double[]? Majority(IReadOnlyList<SampledProblem> problems, int k)
    {
        double?[] votes = [.. problems.Select(problem =>
            MajorityVote.Expected([.. problem.Samples.Select(sample => (sample.Judgement.Answer, sample.Judgement.IsRight))], k))];
        return votes.All(vote => vote is not null) ? [.. votes.Select(vote => vote!.Value)] : null;
    }

    private static string Line(string name, double[] values, long seed)
    {
        Interval interval = Bootstrap.Ratio([.. values.Select(value => (value, 1.0))], new RandomStream(seed, "reasoning", name));
        return FormattableString.Invariant($"{name,-8} {100 * interval.Estimate,5:F1}% [{100 * interval.Lower:F1}, {100 * interval.Upper:F1}]");
    }
}
