using Palimpsest.Common;
using Palimpsest.Runs.Recipes;
using Palimpsest.Training;
using Palimpsest.Training.Schedules;
using Palimpsest.Unlearning.Audit.Subjects;
using Palimpsest.Unlearning.BenignModifications;
using Palimpsest.Unlearning.SiftMasks;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>What an audit does.</summary>
public sealed record AuditMethodSection : IValidated
{
    /// <summary>Time for all that is asked and relearnt, such as <c>90s</c>, <c>10m</c> or <c>2h</c>. What does not fit any more is left out, an attack never
    /// without its control, and the report says what. Learning and unlearning on the embedded world do not count.</summary>
    /// <value>The default is 10m.</value>
    public string Budget { get; init; } = "10m";

    /// <summary>On the embedded world: how the model learns the owners' facts.</summary>
    public TrainOptions Learn { get; init; } = new() { Steps = 300, BatchSize = 32, LearningRate = 1e-3, Schedule = ScheduleKind.Cosine };

    /// <summary>On the embedded world: the approximate methods by which owners are unlearned.</summary>
    /// <value>The default is graddiff.</value>
    public IReadOnlyList<AuditArm> Approximate { get; init; } = [];

    /// <summary>On the embedded world: whether owners also learn by SIFT-Masks and leave by exact deletion.</summary>
    /// <value>The default is true.</value>
    public bool Exact { get; init; } = true;

    /// <summary>How each owner is tuned for that.</summary>
    public OwnerTuning Tuning { get; init; } = new();

    /// <summary>On the embedded world: methods that leave the weights as they are, before the model that has learnt: guardrail, icul, eco.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<WeightlessOptions> Weightless { get; init; } = [];

    /// <summary>The questions in other forms.</summary>
    public BenignOptions Benign { get; init; } = new();

    /// <summary>Attacks on what is left in the weights.</summary>
    public AuditRelearnSection Relearning { get; init; } = new();

    /// <summary>Difference from the control from which on a verdict counts it, in [0, 1].</summary>
    /// <value>The default is 0.1: ten points.</value>
    public double Margin { get; init; } = 0.1;

    internal IEnumerable<string> Names => [.. Approximate.Select(arm => arm.Shown), .. Weightless.Select(RecipeChoices.NameOf)];

    internal TimeSpan Time => AuditBudget.TryRead(Budget, out TimeSpan length) ? length : default;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (!AuditBudget.TryRead(Budget, out _))
        {
            yield return $"budget is a whole number with s, m or h behind it, such as 90s or 10m, not \"{Budget}\".";
        }

        if (Margin is not (> 0 and < 1))
        {
            yield return "margin must lie between 0 and 1.";
        }

        if (Names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { Key: string twice })
        {
            yield return $"two arms have the name \"{twice}\". Give them names of their own.";
        }
    }
}
