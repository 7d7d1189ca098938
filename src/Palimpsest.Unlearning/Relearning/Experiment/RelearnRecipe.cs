using Palimpsest.Common;
using Palimpsest.Runs.Recipes;
using Palimpsest.Unlearning.Approximate;

namespace Palimpsest.Unlearning.Relearning.Experiment;

/// <summary>Lists of names with one pair that is learnt, unlearnt and brought back by text without it: the phrase completion of the relearning paper with its
/// controls.</summary>
public sealed record RelearnRecipe : Recipe, IValidated
{
    /// <summary>The model, which starts from nothing.</summary>
    public PhraseModelSection Model { get; init; } = new();

    /// <summary>The lists.</summary>
    public PhraseDataSection Data { get; init; } = new();

    /// <summary>Learning and unlearning.</summary>
    public PhraseMethodSection Method { get; init; } = new();

    /// <summary>Relearning.</summary>
    public PhraseRelearnSection Relearn { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        foreach (PhraseArmSection arm in Method.Arms)
        {
            if (arm.Repetitions.Except(Data.Repetitions).Any())
            {
                yield return "method.arms: an arm's repetitions must be among data.repetitions.";
            }

            if (arm.Objective.Alternates != AlternateAnswers.None)
            {
                yield return "method.arms: lists of names have no other answers. Take ga, graddiff, npo or another method without them.";
            }
        }

        if (Method.Arms.Select(arm => RecipeChoices.NameOf(arm.Objective)).Distinct().Count() < Method.Arms.Count)
        {
            yield return "method.arms: each method once.";
        }
    }
}
