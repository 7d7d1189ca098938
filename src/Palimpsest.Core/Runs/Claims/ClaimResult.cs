namespace Palimpsest.Runs.Claims;

/// <summary>One figure of a run, as claims look at it.</summary>
/// <param name="Arm">What was measured: a method, or "before" and "after".</param>
/// <param name="Metric">Short name of the figure.</param>
/// <param name="Seed">The seed that it was measured with.</param>
/// <param name="Value">The figure.</param>
public sealed record ClaimResult(string Arm, string Metric, long Seed, double Value)
{
    /// <summary>Where it was measured, for example <c>owners: 64</c>.</summary>
    /// <value>The default is nowhere in particular.</value>
    public IReadOnlyDictionary<string, string> At { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The same in words, such as "owners 64"; empty for nowhere in particular.</summary>
    public string Place => PlaceOf(At);

    internal static string PlaceOf(IReadOnlyDictionary<string, string> at) => string.Join(", ", at.Select(pair => $"{pair.Key} {pair.Value}"));

    /// <summary>The items whose mean is <see cref="Value"/>, in an order that all arms share; what <see cref="Pairing.Item"/> pairs.</summary>
    /// <value>The default is none: the figure has no parts.</value>
    public IReadOnlyList<double> Items { get; init; } = [];

    /// <summary>Whether the figure comes from formulas instead of a measurement; a claim about it can be <see cref="Verdict.Modelled"/> at best.</summary>
    /// <value>The default is false.</value>
    public bool Modelled { get; init; }
}
