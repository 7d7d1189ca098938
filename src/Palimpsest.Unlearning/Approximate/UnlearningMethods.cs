using Palimpsest.Unlearning.Approximate.Losses;

namespace Palimpsest.Unlearning.Approximate;

/// <summary>The approximate unlearning methods by their names in recipes: a new one is one file with its options, and one line here.</summary>
internal static class UnlearningMethods
{
    /// <summary>Names and types of options.</summary>
    public static IReadOnlyDictionary<string, Type> Choices { get; } = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["ga"] = typeof(GradientAscentOptions),
        ["graddiff"] = typeof(GradDiffOptions),
        ["kl-min"] = typeof(KlMinOptions),
        ["dpo-idk"] = typeof(DpoIdkOptions),
        ["idk-po"] = typeof(IdkPoOptions),
        ["altpo"] = typeof(AltPoOptions),
        ["npo"] = typeof(NpoOptions),
        ["simnpo"] = typeof(SimNpoOptions),
        ["rmu"] = typeof(RmuOptions),
        ["undial"] = typeof(UndialOptions),
        ["wga"] = typeof(WgaOptions),
        ["satimp"] = typeof(SatImpOptions),
        ["ce-u"] = typeof(CeUOptions),
        ["pdu"] = typeof(PduOptions),
        ["scrub"] = typeof(ScrubOptions),
        ["whp"] = typeof(WhpOptions),
        ["task-vector"] = typeof(TaskVectorOptions),
    };
}
