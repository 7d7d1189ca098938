using Palimpsest.Data.Batches;
using Palimpsest.Reasoning.PerStepNegatives;
using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Reasoning.Tasks;
using Palimpsest.Training.Objectives.Preferences;

namespace Palimpsest.Reasoning.Arms;

/// <summary>Settings of the arms that learn from pairs of right and wrong, from the demonstrations' model on and with that as the reference.</summary>
public abstract record PreferenceArm : OfflineArm
{
    /// <summary>β of the loss.</summary>
    /// <value>The default is 0.1.</value>
    public double Beta { get; init; } = 0.1;

    /// <summary>The loss of a pair, as <c>loss_type</c> of a fine-tuning.</summary>
    /// <value>The default is sigmoid.</value>
    public string LossType { get; init; } = "sigmoid";

    /// <summary>Weight of the cross-entropy of the chosen solutions that is added.</summary>
    /// <value>The default is 1.</value>
    public double SftWeight { get; init; } = 1;

    /// <inheritdoc/>
    /// <value>The default is 1e-4: at five times as much, most settings fell below the demonstrations alone.</value>
    public override double LearningRate { get; init; } = 1e-4;

    private DpoOptions Dpo => new() { Beta = Beta, LossType = LossType, SftWeight = SftWeight };

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => base.Problems().Concat(Dpo.Problems());

    /// <summary>Makes the pairs.</summary>
    /// <param name="context">The model's solutions and rollouts.</param>
    /// <param name="pool">Its solutions.</param>
    /// <param name="builder">Makes pairs, each once.</param>
    /// <returns>The pairs and what was found; null if told to stop.</returns>
    private protected abstract StepPairs? Make(ArmContext context, SolutionPool pool, PairBuilder builder);

    internal override ArmNotes? Learn(ArmContext context)
    {
        PairBuilder builder = new(context.Problems, SymbolTable.End);
        if (context.Pool() is not SolutionPool pool || Make(context, pool, builder) is not StepPairs(var pairs, var findings))
        {
            return null;
        }

        PitFinding[] found = [.. findings.Where(finding => finding.Pit is not null)];
        ArmNotes notes = new()
        {
            Steps = 0,
            Pairs = pairs.Count,
            PitPrecision = found.Length == 0 ? null : found.Average(finding => IsFirstWrong(context.Problems, finding) ? 1.0 : 0),
            PitsOnFirstStep = found.Length == 0 ? null : found.Average(finding => finding.Pit == 1 ? 1.0 : 0),
            Unsolved = findings.Count - found.Length,
            Duplicates = builder.Duplicates,
            Unmatched = builder.Unmatched,
        };
        if (pairs.Count == 0)
        {
            return notes with { Remark = pool.WhyNoPairs };
        }

        using CachedReference reference = new(new FrozenReference(context.Model.Copy(context.Sft).Causal));
        using PreferenceObjective objective = new(context.Model.Causal, Dpo, reference);
        ShuffledBatches<AnswerSequences, PreferenceBatch> batches =
            new([.. pairs.Select(pair => pair.ToSequences())], BatchSize, PreferenceBatch.Of, context.Random.Child("batches"));
        TrainSettings settings = SettingsOf(batches.PerEpoch);
        return context.Model.Train(objective, batches, settings, context.Random, context.Job, context.Stage) is bool diverged
            ? notes with { Steps = settings.Steps, Diverged = diverged } : null;
    }

    private static bool IsFirstWrong(TaskProblems problems, PitFinding finding)
    {
        string[] lines = TaskAnswer.Lines(problems.Text(finding.Trace.Solution));
        return problems.Task.FirstWrongStep(problems.Problems[finding.Trace.Problem], lines) == finding.Pit;
    }
}
