using Palimpsest.Common;
using Palimpsest.Training.Optimizers;
using Palimpsest.Training.Schedules;

namespace Palimpsest.Training;

/// <summary>Settings of a training run.</summary>
public sealed record TrainOptions : IValidated
{
    private const int MostSequences = 1 << 20;

    private const double DefaultLearningRate = 1e-3;

    /// <summary>Optimizer steps.</summary>
    /// <value>The default is 200.</value>
    public int Steps { get; init; } = 200;

    /// <summary>Sequences of one forward and backward pass.</summary>
    /// <value>The default is 16.</value>
    public int BatchSize { get; init; } = 16;

    /// <summary>Batches of one optimizer step; the loss is the mean over all target tokens of the step.</summary>
    /// <value>The default is 1.</value>
    public int Accumulate { get; init; } = 1;

    /// <summary>Longest sequence in tokens; 0 for the model's context.</summary>
    /// <value>The default is 0.</value>
    public int MaxLength { get; init; }

    /// <summary>Peak learning rate.</summary>
    /// <value>The default is the job's, and 1e-3 outside of jobs.</value>
    public double? LearningRate { get; init; }

    /// <summary>Course of the learning rate.</summary>
    /// <value>The default is cosine.</value>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>Steps of linear warm-up.</summary>
    /// <value>The default is a twentieth of the steps, at most 100.</value>
    public int? WarmupSteps { get; init; }

    internal int DecaySteps => (int)Math.Round(DecayShare * Steps);

    /// <summary>The learning rate of each step.</summary>
    internal LearningRateSchedule Rates => new(Schedule, LearningRate ?? DefaultLearningRate, Warmup, Steps, FloorRatio ?? (Schedule == ScheduleKind.Cosine ? 0.1 : 0))
    {
        Cycles = Cycles,
        DecaySteps = DecaySteps,
        DecayShape = DecayShape,
        WarmupShape = WarmupShape,
    };

    internal int Warmup => WarmupSteps ?? Math.Min(100, Steps / 20);

    /// <summary>Form of the warm-up.</summary>
    /// <value>The default is linear.</value>
    public RampShape WarmupShape { get; init; } = RampShape.Linear;

    /// <summary>Lowest rate after the warm-up as a share of the peak, in [0, 1].</summary>
    /// <value>The default is 0.1 for the plain cosine, and 0 for the other schedules.</value>
    public double? FloorRatio { get; init; }

    /// <summary>Cycles of the cosine with restarts, at least 1.</summary>
    /// <value>The default is 1.</value>
    public int Cycles { get; init; } = 1;

    /// <summary>Share of all steps over which warm-up-stable-decay falls at its end, in [0, 1].</summary>
    /// <value>The default is 0.2.</value>
    public double DecayShare { get; init; } = 0.2;

    /// <summary>Form of that fall.</summary>
    /// <value>The default is linear.</value>
    public RampShape DecayShape { get; init; } = RampShape.Linear;

    /// <summary>The rule of a step, with its settings.</summary>
    /// <value>The default is AdamW.</value>
    public OptimizerOptions Optimizer { get; init; } = new AdamWOptions();

    /// <summary>Settings of AdamW in an older form; the same as options of <see cref="Optimizer"/>.</summary>
    /// <value>The default is none.</value>
    public AdamWOptions? Adamw { get; init; }

    /// <summary>Settings of stochastic gradient descent in an older form; the same as options of <see cref="Optimizer"/>.</summary>
    /// <value>The default is none.</value>
    public SgdOptions? Sgd { get; init; }

    /// <summary>The rule of a step, wherever it is said.</summary>
    internal OptimizerOptions ChosenOptimizer => Optimizer switch
    {
        AdamWOptions plain when Adamw is not null && plain == new AdamWOptions() => Adamw,
        SgdOptions plain when Sgd is not null && plain == new SgdOptions() => Sgd,
        _ => Optimizer,
    };

    /// <summary>Parameters with settings of their own.</summary>
    /// <value>The default is none: all share the optimizer's.</value>
    public IReadOnlyList<ParameterGroup> Groups { get; init; } = [];

    /// <summary>Gradients longer than this (Euclidean norm over all parameters) are scaled down to it; 0 for no limit.</summary>
    /// <value>The default is 1.</value>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Probability with which an output of attention or MLP is dropped, in [0, 1).</summary>
    /// <value>The default is 0.</value>
    public double Dropout { get; init; }

    /// <summary>Computes each block again in the backward pass instead of keeping what is inside (Chen et al., arXiv 1604.06174): less memory, more time, the same bits.</summary>
    /// <value>The default is false.</value>
    public bool CheckpointBlocks { get; init; }

    /// <summary>Steps between two evaluations; 0 for none.</summary>
    /// <value>The default is 0.</value>
    public int EvaluateEvery { get; init; }

    /// <summary>When to end before the last step.</summary>
    /// <value>The default is never.</value>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>Steps between two checkpoints; 0 for one at the end only.</summary>
    /// <value>The default is 100.</value>
    public int CheckpointEvery { get; init; } = 100;

    /// <summary>Newest checkpoints that are kept, at least 1.</summary>
    /// <value>The default is 2.</value>
    public int KeepCheckpoints { get; init; } = 2;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Steps < 1 || BatchSize < 1 || Accumulate < 1 || KeepCheckpoints < 1)
        {
            yield return "steps, batch_size, accumulate and keep_checkpoints must be at least 1.";
        }

        if (BatchSize > MostSequences)
        {
            yield return $"batch_size must be at most {MostSequences}: more sequences fit no memory at once. Raise accumulate instead, which adds up "
                + "several batches before a step.";
        }

        if (LearningRate is double rate && !(rate >= 0 && double.IsFinite(rate)))
        {
            yield return "learning_rate must be a number of at least 0.";
        }

        if (Dropout is not (>= 0 and < 1))
        {
            yield return "dropout must be at least 0 and below 1.";
        }

        if (FloorRatio is not (null or (>= 0 and <= 1)))
        {
            yield return "floor_ratio must be between 0 and 1.";
        }

        if (WarmupSteps < 0 || WarmupSteps > Steps)
        {
            yield return $"warmup_steps must be between 0 and train.steps ({Steps}).";
        }

        if (Cycles < 1)
        {
            yield return "cycles must be at least 1.";
        }

        if (DecayShare is not (>= 0 and <= 1))
        {
            yield return "decay_share must be between 0 and 1.";
        }
        else if (Schedule == ScheduleKind.WarmupStableDecay && Warmup + DecaySteps > Steps)
        {
            yield return $"decay_share leaves too little: {Warmup} steps of warm-up and {DecaySteps} of decay are more than train.steps ({Steps}).";
        }

        if ((Adamw is not null && Adamw != new AdamWOptions() && ChosenOptimizer != Adamw)
            || (Sgd is not null && Sgd != new SgdOptions() && ChosenOptimizer != Sgd))
        {
            yield return "adamw and sgd are older forms of optimizer and count only where it names them without options. Write optimizer: { name: ..., ... } alone.";
        }

        if (EarlyStopping is not null && EvaluateEvery == 0)
        {
            yield return "early_stopping needs evaluations: set evaluate_every.";
        }
    }

    /// <summary>Checks these settings and all sections in them.</summary>
    /// <exception cref="PalimpsestException">They make no sense.</exception>
    internal void Check(bool hasCheckpoints)
    {
        List<string> problems =
            [.. Problems(), .. ChosenOptimizer.Problems(), .. Groups.SelectMany(group => group.Problems()), .. EarlyStopping?.Problems() ?? []];
        if (EarlyStopping is { RestoreBest: true } && !hasCheckpoints)
        {
            problems.Add("early_stopping.restore_best needs a folder for checkpoints, where the best weights are kept.");
        }

        if (problems.Count > 0)
        {
            throw new PalimpsestException(string.Join(" ", problems));
        }
    }
}
