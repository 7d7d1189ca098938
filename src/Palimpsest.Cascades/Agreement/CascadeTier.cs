using Microsoft.Extensions.AI;

namespace Palimpsest.Cascades.Agreement;

/// <summary>Models that answer together: where they agree enough, their answer stands.</summary>
public sealed record CascadeTier
{
    /// <summary>The models, in the order in which ties are broken.</summary>
    public required IReadOnlyList<IPredictor> Members { get; init; }

    /// <summary>What they have to agree in.</summary>
    /// <value>The default is vote.</value>
    public AgreementRule Rule { get; init; }

    /// <summary>Least agreement at which the answer stands; the last tier has none, its answer always stands.</summary>
    /// <value>The default is 1: all members, as in the released code.</value>
    public double Threshold { get; init; } = 1;

    /// <summary>How long a member may take before it counts as an abstention.</summary>
    /// <value>The default is as long as it likes.</value>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>Makes sentence vectors of answers for <see cref="AgreementRule.Semantic"/>.</summary>
    /// <value>The default is none.</value>
    public IEmbeddingGenerator<string, Embedding<float>>? Encoder { get; init; }

    /// <summary>Refuses tiers that cannot do what a cascade asks of them.</summary>
    /// <param name="number">The tier's number, from 1, for messages.</param>
    /// <param name="isLast">Whether its answer always stands.</param>
    /// <exception cref="PalimpsestException">There is no member, one stands in it twice, a lone member is to agree with itself, or an encoder is
    /// missing.</exception>
    internal void Check(int number, bool isLast)
    {
        if (Members.Count == 0)
        {
            throw new PalimpsestException($"Tier {number} has no members. Name at least one.");
        }

        if (Members.GroupBy(member => member.Identity, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new PalimpsestException($"Tier {number} holds one model twice ({string.Join(" and ", twice.Select(member => member.Name))}): it would "
                + "agree with itself, and the tier would never pass a question on. Take models that differ, or draw samples with seeds of their own.");
        }

        if (!isLast && Members.Count == 1 && Rule != AgreementRule.Score)
        {
            throw new PalimpsestException($"Tier {number} has one member ({Members[0].Name}), who always agrees with itself, so that nothing would be "
                + "passed on. Take the rule score, or further members.");
        }

        if (Rule == AgreementRule.Semantic && Encoder is null)
        {
            throw new PalimpsestException($"Tier {number} has the rule semantic and no encoder that makes sentence vectors. Set Encoder, or take "
                + "token-overlap.");
        }
    }
}
