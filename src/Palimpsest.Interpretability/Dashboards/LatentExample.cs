namespace Palimpsest.Interpretability.Dashboards;

/// <summary>A piece of text around a token on which a latent fires.</summary>
/// <param name="Tokens">The tokens.</param>
/// <param name="Values">The latent's activation at each.</param>
/// <param name="Peak">Place of the largest one.</param>
public sealed record LatentExample(IReadOnlyList<int> Tokens, IReadOnlyList<float> Values, int Peak);
