namespace Palimpsest.Reasoning.Verifiers;

/// <summary>The verifiers by their names in recipes: a new one is one line here.</summary>
internal static class VerifierRegistry
{
    /// <summary>Names and types of options.</summary>
    public static IReadOnlyDictionary<string, Type> Choices { get; } = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["number"] = typeof(NumberVerifier),
        ["marked"] = typeof(MarkedVerifier),
        ["boxed"] = typeof(BoxedVerifier),
        ["exact"] = typeof(ExactVerifier),
        ["fact"] = typeof(FactVerifier),
        ["regex"] = typeof(RegexVerifier),
        ["program"] = typeof(ProgramVerifier),
    };
}
