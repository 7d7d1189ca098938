using System.Buffers;
using Palimpsest.Common;

namespace Palimpsest.Runs.Claims;

/// <summary>A published statement and the rule by which a run decides whether it was reproduced. The rule is committed before the result.</summary>
public sealed record Claim : IValidated
{
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Short name, unique in the recipe, in kebab case.</summary>
    public required string Id { get; init; }

    /// <summary>The statement in the words of its source.</summary>
    public required string Says { get; init; }

    /// <summary>How the statement is read here, where its figures do not carry over one to one.</summary>
    public string? Reading { get; init; }

    /// <summary>The metric, as named in the results.</summary>
    public required string Metric { get; init; }

    /// <summary>Which figure the rule looks at.</summary>
    public required ClaimComparison Compare { get; init; }

    /// <summary>When the claim counts as reproduced.</summary>
    public required ClaimRule HoldsIf { get; init; }

    /// <summary>What must be true for the comparison to mean anything; if it is not, the claim is inconclusive.</summary>
    public ClaimControl? Control { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Id.Length == 0 || Id.AsSpan().IndexOfAnyExcept(IdCharacters) >= 0)
            yield return $"id must be of small letters, digits and dashes, but is \"{Id}\".";
        if (string.IsNullOrWhiteSpace(Says))
            yield return "says must quote the published statement, but is empty.";
    }
}
