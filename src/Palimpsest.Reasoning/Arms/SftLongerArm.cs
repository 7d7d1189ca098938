namespace Palimpsest.Reasoning.Arms;

/// <summary>The demonstrations for more steps: what the other arms' additional training alone would do.</summary>
public sealed record SftLongerArm : ArmOptions
{
    /// <summary>How many times the steps; above 1.</summary>
    /// <value>The default is 1.5.</value>
    public double Factor { get; init; } = 1.5;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (Factor is not (> 1 and <= 1000))
        {
            yield return "factor must be above 1 and at most 1000.";
        }
    }

    /// <summary>The longer training.</summary>
    internal TrainSettings SettingsOf(TrainSettings train) => train with { Steps = Math.Max(1, (int)Math.Round(Factor * train.Steps)) };

    internal override ArmNotes? Learn(ArmContext context) => context.Imitate(context.Demonstrations, SettingsOf(context.Train).Steps);
}
