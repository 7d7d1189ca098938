using System.Text;
using Palimpsest.Text;

namespace Palimpsest.Interpretability.Dashboards;

/// <summary>A piece of text in which a latent fires, or does not.</summary>
/// <param name="Tokens">The tokens.</param>
/// <param name="Values">The latent at each.</param>
public sealed record LatentWindow(IReadOnlyList<int> Tokens, IReadOnlyList<float> Values)
{
    private const int Steps = 10;

    /// <summary>Whether it fires anywhere.</summary>
    public bool Fires => Values.Any(value => value > 0);

    /// <summary>The text, with the marked tokens between « and ».</summary>
    /// <param name="tokenizer">Spells the tokens.</param>
    /// <param name="marked">Which tokens are marked; null for those at which it fires.</param>
    public string Text(Tokenizer tokenizer, IReadOnlyList<bool>? marked = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        StringBuilder text = new();
        for (int i = 0; i < Tokens.Count; i++)
        {
            string word = tokenizer.Decode([Tokens[i]], skipSpecialTokens: false);
            text.Append(marked?[i] ?? Values[i] > 0 ? $"«{word}»" : word);
        }

        return text.ToString();
    }

    /// <summary>The marked tokens with their strengths from 1 to 10, as an explainer is told them.</summary>
    /// <param name="tokenizer">Spells the tokens.</param>
    /// <param name="max">The latent's largest activation.</param>
    public string Strengths(Tokenizer tokenizer, float max) => string.Join(", ", Values.Index().Where(one => one.Item > 0).Select(one =>
        $"\"{tokenizer.Decode([Tokens[one.Index]], skipSpecialTokens: false)}\" {(int)MathF.Ceiling(Steps * one.Item / max)}"));
}
