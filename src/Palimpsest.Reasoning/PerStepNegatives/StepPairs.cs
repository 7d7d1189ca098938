using Palimpsest.Reasoning.Rollouts;

namespace Palimpsest.Reasoning.PerStepNegatives;

/// <summary>Pairs of single steps out of a model's own solutions: wrong ones are rolled out from their prefixes, cut at their pits, and set against right
/// ones.</summary>
/// <param name="Pairs">The pairs.</param>
/// <param name="Findings">What was found of every wrong solution.</param>
public sealed record StepPairs(IReadOnlyList<StepPair> Pairs, IReadOnlyList<PitFinding> Findings)
{
    /// <summary>Makes pairs.</summary>
    /// <param name="pool">The model's solutions.</param>
    /// <param name="engine">Samples ways on.</param>
    /// <param name="finder">Finds pits by the same engine.</param>
    /// <param name="builder">Makes pairs, each once.</param>
    /// <param name="options">How.</param>
    /// <param name="stop">Ends early.</param>
    /// <returns>Null if told to stop.</returns>
    public static StepPairs? Make(SolutionPool pool, RolloutEngine engine, PitFinder finder, PairBuilder builder, PairOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(finder);
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        Trace[] wrong = [.. Enumerable.Range(0, pool.Problems.Count).SelectMany(problem => pool.Wrong(problem, options.Negatives))];
        if (finder.Find(wrong, options.Rule, options.Search, stop) is not IReadOnlyList<PitFinding> findings)
        {
            return null;
        }

        PitFinding[] found = [.. findings.Where(finding => finding.Pit is not null)];
        if (options.Pairing == PairingForm.FromProblem)
        {
            return new StepPairs(
                [.. found.Select(finding => builder.FromProblem(finding, builder.Ended(pool, finding.Trace.Problem))).OfType<StepPair>()], findings);
        }

        // Mostly those that the search has made, which a store gives back.
        Rollout[][]? onward = engine.All([.. found.Select(finding => finder.From(finding.Trace, finding.Pit!.Value - 1))], "ways on", stop);
        return onward is null ? null : new StepPairs([.. found.Zip(onward, builder.SharedPrefix).OfType<StepPair>()], findings);
    }
}
