namespace Palimpsest.Reasoning.Arms;

/// <summary>The arms by their names in recipes: a new one is one line here.</summary>
internal static class ArmRegistry
{
    /// <summary>Names and types of options.</summary>
    public static IReadOnlyDictionary<string, Type> Choices { get; } = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["sft"] = typeof(SftArm),
        ["sft-longer"] = typeof(SftLongerArm),
        ["rft"] = typeof(RftArm),
        ["response-dpo"] = typeof(ResponseDpoArm),
        ["per-step-dpo"] = typeof(PerStepDpoArm),
        ["advantage-filtered-sft"] = typeof(AdvantageFilteredSftArm),
        ["advantage-weighted-sft"] = typeof(AdvantageWeightedSftArm),
        ["rloo"] = typeof(RlooArm),
        ["grpo"] = typeof(GrpoArm),
    };
}
