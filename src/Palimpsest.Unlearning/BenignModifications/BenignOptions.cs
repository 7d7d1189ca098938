using Palimpsest.Common;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>Which benign modifications are tried, and how they are judged.</summary>
public sealed record BenignOptions : IValidated
{
    /// <summary>Names of the modifications.</summary>
    /// <value>The default is none: all of them.</value>
    public IReadOnlyList<string> Modifications { get; init; } = [];

    /// <summary>Names that stand for what was to be forgotten, for swapped options and inserted keywords.</summary>
    /// <value>The default is none: the subjects of the forget questions.</value>
    public IReadOnlyList<string> Keywords { get; init; } = [];

    /// <summary>Most questions of each set, drawn from the seed.</summary>
    /// <value>The default is 200.</value>
    public int Most { get; init; } = 200;

    /// <summary>Whether greedy texts are compared too; without them only likelihoods are.</summary>
    /// <value>The default is true.</value>
    public bool Texts { get; init; } = true;

    /// <summary>Longest greedy text, in tokens.</summary>
    /// <value>The default is 48; BLUR takes 100.</value>
    public int MaxNewTokens { get; init; } = 48;

    /// <summary>The change beyond the control's from which on there is a verdict.</summary>
    /// <value>The default is 0.1: ten points.</value>
    public double Margin { get; init; } = 0.1;

    /// <summary>The chosen modifications.</summary>
    internal IEnumerable<IBenignModification> Chosen => Modifications.Count == 0 ? BenignModifications.Modifications.All
        : Modifications.Select(BenignModifications.Modifications.Find);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        string[] known = [.. BenignModifications.Modifications.All.Select(one => one.Name)];
        foreach (string name in Modifications.Except(known, StringComparer.Ordinal))
        {
            yield return $"modifications: {RecipeChoices.Unknown(known, name)}";
        }

        if (Keywords.Any(string.IsNullOrWhiteSpace))
        {
            yield return "keywords must not be empty.";
        }

        if (Most < 1 || MaxNewTokens < 1)
        {
            yield return $"{(Most < 1 ? "most" : "max_new_tokens")} must be at least 1.";
        }

        if (Margin is not (> 0 and < 1))
        {
            yield return "margin must lie between 0 and 1.";
        }
    }
}
