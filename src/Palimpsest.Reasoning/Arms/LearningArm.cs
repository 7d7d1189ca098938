namespace Palimpsest.Reasoning.Arms;

/// <summary>Settings of the arms that train the demonstrations' model on.</summary>
public abstract record LearningArm : ArmOptions
{
    /// <summary>Optimizer steps.</summary>
    /// <value>The default is 200.</value>
    public int Steps { get; init; } = 200;

    /// <summary>Peak learning rate.</summary>
    public abstract double LearningRate { get; init; }

    /// <summary>How many times the steps of the demonstrations' training the model has learnt that the arm begins at and samples: above 1, one that is as
    /// sure of itself as that of sft-longer with the same factor.</summary>
    /// <value>The default is 1.</value>
    public double SftFactor { get; init; } = 1;

    internal override double BeginsAt => SftFactor;

    /// <summary>The training; the batch is whatever the arm puts together.</summary>
    internal TrainSettings Settings => new() { Steps = Steps, LearningRate = LearningRate };

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
        Settings.Problems().Concat(SftFactor is > 0 and <= 1000 ? [] : ["sft_factor must be above 0 and at most 1000."]);
}
