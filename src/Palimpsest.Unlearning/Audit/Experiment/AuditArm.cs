using Palimpsest.Common;
using Palimpsest.Runs.Recipes;
using Palimpsest.Training;
using Palimpsest.Training.Schedules;
using Palimpsest.Unlearning.Approximate;
using Palimpsest.Unlearning.Approximate.Losses;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>An approximate method by which the audit unlearns a model that it has made.</summary>
public sealed record AuditArm : IValidated
{
    /// <summary>Name in figures and reports; the method's unless two arms share one.</summary>
    public string? Name { get; init; }

    /// <summary>The loss.</summary>
    /// <value>The default is graddiff.</value>
    public UnlearningOptions Objective { get; init; } = new GradDiffOptions();

    /// <summary>How it unlearns. It ends as soon as the forget answers are no likelier than for the model that never saw them (to 2 points) and no
    /// more of them are given (to 5 points), asked every
    /// <see cref="TrainOptions.EvaluateEvery"/> steps.</summary>
    public TrainOptions Train { get; init; } = new()
    {
        Steps = 100,
        BatchSize = 16,
        LearningRate = 3e-4,
        EvaluateEvery = 2,
        Schedule = ScheduleKind.Constant,
    };

    internal string Shown => Name ?? RecipeChoices.NameOf(Objective);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Name is not null && (Name.Length is 0 or > 40 || !Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.')))
        {
            yield return "name is made of letters, digits, hyphens and full stops, at most 40.";
        }

        if (Train.EvaluateEvery < 1)
        {
            yield return "train.evaluate_every must be at least 1: unlearning ends when the answers are forgotten, and somebody has to ask.";
        }

        if (Objective is TaskVectorOptions or WhpOptions || Objective.Alternates == AlternateAnswers.Given)
        {
            yield return "task-vector, whp and altpo need more than a forget and a retain set. Unlearn with 'palimpsest unlearn' and audit its model.";
        }
    }
}
