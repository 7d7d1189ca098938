using Palimpsest.Data.Batches;
using Palimpsest.Jobs;
using Palimpsest.Numerics;
using Palimpsest.Reasoning.PerStepNegatives;
using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Reasoning.Tasks;

namespace Palimpsest.Reasoning.Arms;

/// <summary>What the arms of one number of problems share.</summary>
internal sealed class ArmContext
{
    private SolutionPool? _pool;

    /// <summary>The model that is trained.</summary>
    public required TaskModel Model { get; init; }

    /// <summary>Weights of the model that has learnt the demonstrations.</summary>
    public required float[] Sft { get; init; }

    /// <summary>Weights before any training.</summary>
    public required float[] Start { get; init; }

    /// <summary>How demonstrations are learnt.</summary>
    public required TrainSettings Train { get; init; }

    /// <summary>How solutions are sampled.</summary>
    public required SamplingSection Sampling { get; init; }

    /// <summary>The demonstrations.</summary>
    public required TokenSequence[] Demonstrations { get; init; }

    /// <summary>The problems that are sampled.</summary>
    public required TaskProblems Problems { get; init; }

    /// <summary>Rollouts of the model that has learnt the demonstrations.</summary>
    public required RolloutEngine Engine { get; init; }

    /// <summary>All draws of the arm.</summary>
    public required RandomStream Random { get; init; }

    /// <summary>The arm and the number of problems, for people.</summary>
    public required string Stage { get; init; }

    public required JobContext Job { get; init; }

    /// <summary>Values of steps; its rollouts from bare problems are others than the solutions.</summary>
    public PitFinder Finder => new(Problems, Engine, Sampling.Rollouts, first: Sampling.Samples);

    /// <summary>Solutions that the demonstrations' model sampled; null if told to stop.</summary>
    public SolutionPool? Pool() => _pool ??= SolutionPool.Sample(Problems, Engine, Sampling.Samples, Job.Stop);

    /// <summary>A solution of the pool, with its end, as it is learnt.</summary>
    public static TokenSequence Sequence(Trace trace) => TaskModel.Sequence(trace.Prompt, [.. trace.Solution, SymbolTable.End]);

    /// <summary>Learns demonstrations and solutions by cross-entropy, from nothing.</summary>
    /// <returns>Null if told to stop.</returns>
    public ArmNotes? Imitate(IReadOnlyList<TokenSequence> solutions, int steps)
    {
        Model.Weights = Start;
        return Model.Imitate(solutions, Train with { Steps = steps }, Random, Job, Stage) is bool diverged
            ? new ArmNotes { Steps = steps, Solutions = solutions.Count, Diverged = diverged } : null;
    }
}
