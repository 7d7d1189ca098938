using Palimpsest.Data.Batches;
using Palimpsest.Reasoning.PerStepNegatives;
using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Reasoning.Tasks;
using Palimpsest.Training.Objectives.Policies;

namespace Palimpsest.Reasoning.Arms;

/// <summary>Settings of the arms that learn each step of the model's own solutions, right and wrong ones, by its advantage.</summary>
public abstract record AdvantageArm : OfflineArm
{
    /// <summary>Solutions of a problem whose steps are valued; each costs K rollouts a step.</summary>
    /// <value>The default is 2.</value>
    public int Solutions { get; init; } = 2;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
        base.Problems().Concat(Solutions < 1 ? ["solutions must be at least 1."] : []);

    /// <summary>What the sum is divided by.</summary>
    private protected abstract PolicyMean Mean { get; }

    /// <summary>The weight of a step; the end of a right solution has the weight 1.</summary>
    private protected abstract double Weight(double advantage);

    internal override ArmNotes? Learn(ArmContext context)
    {
        if (context.Pool() is not SolutionPool pool)
        {
            return null;
        }

        Trace[] traces = [.. pool.Traces.GroupBy(trace => trace.Problem)
            .SelectMany(own => own.DistinctBy(trace => string.Join(',', trace.Solution)).Take(Solutions))];
        if (context.Finder.Values(traces, context.Job.Stop) is not IReadOnlyList<StepValues> values)
        {
            return null;
        }

        WeightedSequence[] solutions = [.. traces.Zip(values, Weighted).Where(solution => solution.Weights.Any(weight => weight != 0))];
        if (solutions.Length == 0)
        {
            return new ArmNotes { Steps = 0, Solutions = 0, Remark = "No step has a weight. Take more samples or rollouts, or another temperature." };
        }

        using PolicyGradientObjective objective = new(context.Model.Causal, new PolicyGradientOptions { Mean = Mean });
        ShuffledBatches<WeightedSequence, WeightedBatch> batches = new(solutions, BatchSize, WeightedBatch.Of, context.Random.Child("batches"));
        TrainSettings settings = SettingsOf(batches.PerEpoch);
        return context.Model.Train(objective, batches, settings, context.Random, context.Job, context.Stage) is bool diverged
            ? new ArmNotes { Steps = settings.Steps, Solutions = solutions.Length, Diverged = diverged } : null;
    }

    private WeightedSequence Weighted(Trace trace, StepValues values)
    {
        double[] weights = new double[trace.Solution.Length + (trace.IsRight ? 1 : 0)];
        int from = 0;
        for (int step = 1; step <= trace.Steps.Count; step++)
        {
            Array.Fill(weights, Weight(values.Advantage(step)!.Value), from, trace.Steps[step - 1] - from);
            from = trace.Steps[step - 1];
        }

        if (trace.IsRight)
        {
            weights[^1] = 1;
        }

        // Tokens without a weight are no targets, so that means go over the others.
        int[] solution = trace.IsRight ? [.. trace.Solution, SymbolTable.End] : trace.Solution;
        bool[] mask = [.. trace.Prompt.Select(_ => false), .. weights.Select(weight => weight != 0)];
        return new WeightedSequence(new TokenSequence([.. trace.Prompt, .. solution], trace.Prompt.Length, mask), [.. weights.Where(weight => weight != 0)]);
    }
}
