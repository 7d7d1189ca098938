using Palimpsest.Models.Generation;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>Solutions that a model sampled of its problems.</summary>
public sealed class SolutionPool
{
    private readonly Trace?[][] _traces;

    private SolutionPool(IRolloutProblems problems, Trace?[][] traces) => (Problems, _traces) = (problems, traces);

    /// <summary>The problems.</summary>
    public IRolloutProblems Problems { get; }

    /// <summary>All solutions with a token in them, problem by problem.</summary>
    public IEnumerable<Trace> Traces => _traces.SelectMany(own => own).OfType<Trace>();

    /// <summary>The samples of a problem in their order; null for one without a token.</summary>
    /// <param name="problem">Number of the problem.</param>
    public IReadOnlyList<Trace?> Samples(int problem) => _traces[problem];

    /// <summary>Samples.</summary>
    /// <param name="problems">The problems.</param>
    /// <param name="engine">Samples.</param>
    /// <param name="samples">Solutions of a problem.</param>
    /// <param name="stop">Ends early.</param>
    /// <returns>Null if told to stop.</returns>
    public static SolutionPool? Sample(IRolloutProblems problems, RolloutEngine engine, int samples, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(problems);
        ArgumentNullException.ThrowIfNull(engine);
        Trace?[][] traces = [.. Enumerable.Range(0, problems.Count).Select(_ => new Trace?[samples])];
        return engine.Run([.. Enumerable.Range(0, problems.Count).Select(problem => RolloutRequest.Of(problems.Prompt(problem), samples))], "solutions",
            (problem, number, rollout) => traces[problem][number] = Trace.Of(problems, problem, rollout), stop) ? new SolutionPool(problems, traces) : null;
    }

    /// <summary>The different right solutions of a problem among the first samples.</summary>
    /// <param name="problem">Number of the problem.</param>
    /// <param name="samples">How many samples are looked at.</param>
    public IReadOnlyList<Trace> Right(int problem, int samples = int.MaxValue) =>
        [.. Distinct(_traces[problem].Take(samples)).Where(trace => trace.IsRight)];

    /// <summary>The different wrong solutions of a problem that the model ended.</summary>
    /// <param name="problem">Number of the problem.</param>
    /// <param name="most">Most of them.</param>
    public IReadOnlyList<Trace> Wrong(int problem, int most) =>
        [.. Distinct(_traces[problem]).Where(trace => !trace.IsRight && trace.End == CompletionEnd.EndToken).Take(most)];

    /// <summary>Share of all samples that are right.</summary>
    public double Solved => _traces.Sum(own => own.Count(trace => trace?.IsRight == true)) / (double)Math.Max(1, _traces.Sum(own => own.Length));

    /// <summary>Why there is nothing to pair, and what to change; empty where it is not the pool's fault.</summary>
    public string WhyNoPairs => Solved switch
    {
        0 => "No pairs exist: the model solves none of the problems. Take easier problems, more samples or a higher temperature, or train it longer first.",
        1 => "No pairs exist: the model solves every problem every time. Take fresh or harder problems, more samples or a higher temperature.",
        _ when Traces.All(trace => trace.IsRight || trace.End != CompletionEnd.EndToken) =>
            "No pairs exist: no wrong solution came to an end, and one that was cut off is no mistake. Allow more tokens, or ask for shorter solutions.",
        _ => "No pairs exist: no problem has both a right solution and a wrong one that differ at a step. Take more samples or rollouts, or another "
            + "temperature.",
    };

    private static IEnumerable<Trace> Distinct(IEnumerable<Trace?> traces) => traces.OfType<Trace>().DistinctBy(trace => string.Join(',', trace.Solution));
}
