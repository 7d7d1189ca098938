namespace Palimpsest.Interpretability.Ssae;

/// <summary>The latent that tells a concept's mentions best, chosen on some documents and judged on others.</summary>
/// <param name="Concept">The word.</param>
/// <param name="Mentions">How often it is named in all of them.</param>
/// <param name="Latent">The latent's number.</param>
/// <param name="F1">How well it tells the last token of a mention from all other tokens.</param>
public sealed record ConceptFinding(string Concept, int Mentions, int Latent, double F1)
{
    /// <summary>From which F1 on a concept counts as seen.</summary>
    public const double Seen = 0.7;
}
