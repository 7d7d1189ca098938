namespace Palimpsest.Interpretability.Ssae.Tilting;

/// <summary>The estimators by their names in recipes: a new one is one file with its options, and one line here.</summary>
internal static class TiltRegistry
{
    /// <summary>Names and types of options.</summary>
    public static IReadOnlyDictionary<string, Type> Choices { get; } = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["erm"] = typeof(ErmOptions),
        ["batch"] = typeof(BatchTiltOptions),
        ["running"] = typeof(RunningTiltOptions),
        ["variational"] = typeof(VariationalTiltOptions),
        ["reweighted"] = typeof(ReweightedTiltOptions),
        ["ess"] = typeof(EssTiltOptions),
        ["groups"] = typeof(GroupTiltOptions),
    };

    /// <summary>The name of options.</summary>
    public static string NameOf(TiltOptions options) => Choices.First(choice => choice.Value == options.GetType()).Key;
}
