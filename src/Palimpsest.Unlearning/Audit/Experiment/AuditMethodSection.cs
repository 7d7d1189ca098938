using Palimpsest.Common;
using Palimpsest.Models.Lora;
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

    /// <summary>Where the audit makes the models itself: how they learn what is then unlearned.</summary>
    public TrainOptions Learn { get; init; } = new() { Steps = 300, BatchSize = 32, LearningRate = 1e-3, Schedule = ScheduleKind.Cosine };

    /// <summary>The adapter by which they learn and unlearn approximately, each of its own; it is merged into the model that is audited.</summary>
    /// <value>The default is none: all parameters are trained.</value>
    public LoraOptions? Lora { get; init; }

    /// <summary>The approximate methods by which the audit unlearns a model that it has made.</summary>
    /// <value>The default is graddiff on the embedded world, and none with files of one's own: a given model is audited.</value>
    public IReadOnlyList<AuditArm> Approximate { get; init; } = [];

    /// <summary>Whether owners (with files: subjects) also learn by SIFT-Masks and leave by exact deletion.</summary>
    /// <value>The default is true on the embedded world, and false with files of one's own.</value>
    public bool? Exact { get; init; }

    /// <summary>How each owner is tuned for that.</summary>
    public OwnerTuning Tuning { get; init; } = new();

    /// <summary>Methods that leave the weights as they are, before a model that the audit has made: guardrail, icul, eco.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<WeightlessOptions> Weightless { get; init; } = [];

    /// <summary>The questions in other forms.</summary>
    public BenignOptions Benign { get; init; } = new();

    /// <summary>Attacks on what is left in the weights.</summary>
    public AuditRelearnSection Relearning { get; init; } = new();

    /// <summary>Difference from the control from which on a verdict counts it, in [0, 1].</summary>
    /// <value>The default is 0.1: ten points.</value>
    public double Margin { get; init; } = 0.1;

    /// <summary>Whether there is anything to be made.</summary>
    internal bool Makes => Approximate.Count > 0 || Weightless.Count > 0 || Exact == true;

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

        if (Learn.Accumulate != 1)
        {
            yield return "learn.accumulate follows from the lengths of the texts. Leave it out.";
        }

        if (Names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { Key: string twice })
        {
            yield return $"two arms have the name \"{twice}\". Give them names of their own.";
        }
    }
}
