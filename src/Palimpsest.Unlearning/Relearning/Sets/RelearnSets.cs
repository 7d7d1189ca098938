namespace Palimpsest.Unlearning.Relearning.Sets;

/// <summary>The relearning sets by their names: a new one is one file with its options, and one line here.</summary>
internal static class RelearnSets
{
    /// <summary>The set that anybody could have.</summary>
    public const string Public = "public-text";

    /// <summary>The set that holds the answers.</summary>
    public const string Direct = "direct";

    /// <summary>Names and types of options.</summary>
    public static IReadOnlyDictionary<string, Type> Choices { get; } = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        [Public] = typeof(PublicText),
        ["same-format"] = typeof(SameFormat),
        ["prefix"] = typeof(AnswerPrefix),
        [Direct] = typeof(DirectAnswers),
        ["gibberish"] = typeof(Gibberish),
        ["unrelated"] = typeof(UnrelatedText),
        ["file"] = typeof(TextFile),
    };
}
