using Palimpsest.Training.Objectives.Preferences;

namespace Palimpsest.Training.Objectives;

/// <summary>The objectives of a fine-tuning by their names in recipes.</summary>
internal static class ObjectiveRegistry
{
    /// <summary>Names and types of options.</summary>
    public static IReadOnlyDictionary<string, Type> Choices { get; } = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["next-token"] = typeof(NextTokenOptions),
        ["dpo"] = typeof(DpoOptions),
        ["simpo"] = typeof(SimpoOptions),
        ["orpo"] = typeof(OrpoOptions),
        ["cpo"] = typeof(CpoOptions),
        ["kto"] = typeof(KtoOptions),
    };
}
