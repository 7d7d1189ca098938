using Palimpsest.Cascades.Agreement;
using Palimpsest.Common;

namespace Palimpsest.Cascades.Experiment;

/// <summary>The tiers, and what their members have to agree in.</summary>
public sealed record CascadeMethodSection : IValidated
{
    /// <summary>Names of the members of each tier, from the cheapest to the one whose answer always stands.</summary>
    /// <value>The default is the three small models and the large one of the world; of a file all systems but the last, and the last.</value>
    public IReadOnlyList<IReadOnlyList<string>> Tiers { get; init; } = [];

    /// <summary>What the members of a tier have to agree in: vote, score, token-overlap or semantic.</summary>
    /// <value>The default is vote.</value>
    public AgreementRule Rule { get; init; }

    /// <summary>Names of samples of one model, for the cascade of a model's own samples.</summary>
    /// <value>The default is the samples of the world's smallest model; of a file none.</value>
    public IReadOnlyList<string> Samples { get; init; } = [];

    /// <summary>A folder of sentence-transformers that makes sentence vectors for the rule semantic and for the router.</summary>
    /// <value>The default is none: routers read hashed words.</value>
    public string? Encoder { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Tiers.Count == 1 || Tiers.Any(tier => tier.Count == 0))
        {
            yield return "tiers must be at least two, each with a member.";
        }

        foreach (IReadOnlyList<string> tier in Tiers.Where(tier => tier.Distinct(StringComparer.Ordinal).Count() < tier.Count))
        {
            yield return $"tiers: one holds a model twice ({string.Join(", ", tier)}), which would agree with itself. Name each once.";
        }

        if (Rule == AgreementRule.Semantic && Encoder is null)
        {
            yield return "rule: semantic needs sentence vectors. Name a folder in method.encoder, or take token-overlap.";
        }
    }
}
