namespace Palimpsest.Unlearning.Relearning.Sets;

/// <summary>The relearning sets by their names: a new one is one file with its options, and one line here.</summary>
internal static class RelearnSets
{
    /// <summary>Names and types of options.</summary>
    public static IReadOnlyDictionary<string, Type> Choices { get; } = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["public-text"] = typeof(PublicText),
        ["same-format"] = typeof(SameFormat),
        ["prefix"] = typeof(AnswerPrefix),
        ["direct"] = typeof(DirectAnswers),
        ["gibberish"] = typeof(Gibberish),
        ["unrelated"] = typeof(UnrelatedText),
        ["file"] = typeof(TextFile),
    };
}
