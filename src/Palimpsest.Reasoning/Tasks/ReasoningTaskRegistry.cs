namespace Palimpsest.Reasoning.Tasks;

/// <summary>The generated tasks by their names in recipes: a new one is one line here.</summary>
internal static class ReasoningTaskRegistry
{
    /// <summary>Names and types of options.</summary>
    public static IReadOnlyDictionary<string, Type> Choices { get; } = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["planted-shortcut"] = typeof(PlantedShortcut),
        ["natural-arithmetic"] = typeof(NaturalArithmetic),
        ["star-graph"] = typeof(StarGraph),
    };
}
