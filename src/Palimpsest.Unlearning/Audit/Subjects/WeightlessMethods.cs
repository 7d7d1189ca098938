using Palimpsest.Runs.Recipes;

namespace Palimpsest.Unlearning.Audit.Subjects;

/// <summary>Methods that leave the weights as they are, by their names in recipes: a new one is one file with its options, and one line here.</summary>
public static class WeightlessMethods
{
    /// <summary>Names and types of options.</summary>
    public static IReadOnlyDictionary<string, Type> Choices { get; } = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["guardrail"] = typeof(GuardrailOptions),
        ["icul"] = typeof(InContextOptions),
        ["eco"] = typeof(EmbeddingCorruptionOptions),
    };

    /// <summary>Puts a method before a model.</summary>
    /// <param name="options">Which one, and its settings.</param>
    /// <param name="model">The model, which stays the caller's.</param>
    /// <param name="tuning">What the method is tuned to.</param>
    /// <param name="label">Name for people; the method's unless told.</param>
    /// <exception cref="PalimpsestException">A setting makes no sense, or the questions lack what the method needs.</exception>
    public static IAuditedModel Create(WeightlessOptions options, WholeModel model, WeightlessTuning tuning, string? label = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tuning);
        string name = RecipeChoices.NameOf(options);
        string[] problems = [.. options.Problems()];
        return problems.Length == 0 ? options.Before(model, tuning, label ?? name) : throw new PalimpsestException($"The method \"{name}\": "
            + $"{string.Join(" ", problems)}");
    }
}
