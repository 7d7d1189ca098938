using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Training.Objectives.Policies;

namespace Palimpsest.Reasoning.Arms;

/// <summary>Settings of the arms that sample from the model while it learns.</summary>
public abstract record OnlineArm : LearningArm
{
    /// <summary>Problems of a round.</summary>
    /// <value>The default is 16.</value>
    public int RoundProblems { get; init; } = 16;

    /// <summary>Solutions of each of them, at least 2.</summary>
    /// <value>The default is 8.</value>
    public int Group { get; init; } = 8;

    /// <inheritdoc/>
    /// <value>The default is 2e-4.</value>
    public override double LearningRate { get; init; } = 2e-4;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
        base.Problems().Concat(RoundProblems < 1 || Group < 2 ? ["round_problems must be at least 1, and group at least 2."] : []);

    /// <summary>What is minimised.</summary>
    private protected abstract PolicyGradientOptions Objective { get; }

    /// <summary>Optimizer steps on the solutions of a round.</summary>
    private protected virtual int StepsOfRound => 1;

    /// <summary>Advantages of the solutions of one problem.</summary>
    private protected abstract double[] Advantages(IReadOnlyCollection<double> rewards);

    internal override ArmNotes? Learn(ArmContext context)
    {
        using RolloutEngine engine = new(context.Model.Causal,
            new() { MaxNewTokens = context.Model.Causal.Config.ContextLength, Temperature = context.Sampling.Temperature },
            context.Random.DeriveSeed(), places: Math.Min(context.Sampling.Places, RoundProblems * Group), capacity: context.Model.Capacity);
        using PolicyGradientObjective objective = new(context.Model.Causal, Objective);
        OnlineBatches batches = new(context.Model, context.Problems, engine, context.Random.Child("problems"))
        {
            RoundProblems = RoundProblems,
            Group = Group,
            StepsOfRound = StepsOfRound,
            Advantages = Advantages,
            KeepsLogProbabilities = Objective.Clip > 0,
        };
        return context.Model.Train(objective, batches, Settings, context.Random, context.Job, context.Stage) is bool diverged
            ? new ArmNotes { Steps = Steps, Solutions = (int)(engine.Sampled + engine.Found), Diverged = diverged } : null;
    }
}
