namespace Palimpsest.Reasoning.Arms;

/// <summary>Settings of the arms that learn from what was sampled before.</summary>
public abstract record OfflineArm : LearningArm
{
    /// <summary>Pairs or solutions of a step.</summary>
    /// <value>The default is 64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Most passes over them; where they are few, there are fewer steps than <see cref="LearningArm.Steps"/>.</summary>
    /// <value>The default is 20.</value>
    public int Epochs { get; init; } = 20;

    /// <inheritdoc/>
    /// <value>The default is 5e-4.</value>
    public override double LearningRate { get; init; } = 5e-4;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() =>
        base.Problems().Concat(BatchSize < 1 || Epochs < 1 ? ["batch_size and epochs must be at least 1."] : []);

    /// <summary>The training.</summary>
    /// <param name="batches">Batches of a pass over the data.</param>
    internal TrainSettings SettingsOf(int batches) => Settings with { Steps = (int)Math.Min(Steps, (long)Epochs * batches) };
}
