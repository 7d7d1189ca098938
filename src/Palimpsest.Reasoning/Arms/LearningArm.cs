namespace Palimpsest.Reasoning.Arms;

/// <summary>Settings of the arms that train the demonstrations' model on.</summary>
public abstract record LearningArm : ArmOptions
{
    /// <summary>Optimizer steps.</summary>
    /// <value>The default is 200.</value>
    public int Steps { get; init; } = 200;

    /// <summary>Peak learning rate.</summary>
    public abstract double LearningRate { get; init; }

    /// <summary>The training; the batch is whatever the arm puts together.</summary>
    internal TrainSettings Settings => new() { Steps = Steps, LearningRate = LearningRate };

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => Settings.Problems();
}
