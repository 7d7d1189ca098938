using Palimpsest.Numerics;

namespace Palimpsest.Data.Batches;

/// <summary>Hides tokens of texts for an encoder to fill in: of those chosen 80% become the mask, 10% any token, and 10% stay as they are.</summary>
/// <remarks>Devlin et al., BERT, arXiv 1810.04805; each token that is not special is chosen by itself, as in transformers'
/// DataCollatorForLanguageModeling.</remarks>
/// <param name="mask">The token that hides another.</param>
/// <param name="vocabulary">Tokens there are.</param>
/// <param name="isSpecial">Whether a token is never chosen.</param>
public sealed class TokenMasking(int mask, int vocabulary, Func<int, bool> isSpecial)
{
    /// <summary>Share of the tokens that are chosen.</summary>
    public const double Share = 0.15;

    private const double Masked = 0.8, Replaced = 0.1;

    /// <summary>Whether a token can be chosen.</summary>
    public bool CanHide(int token) => !isSpecial(token);

    /// <summary>The batch with tokens hidden; its targets are what stood there. Where chance chooses none, one is chosen all the same.</summary>
    /// <param name="batch">At least one of its tokens can be hidden.</param>
    /// <param name="random">All draws.</param>
    public TokenBatch Hide(TokenBatch batch, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        long[] ids = [.. batch.Ids], real = batch.RealTokens();
        int[] open = [.. Enumerable.Range(0, ids.Length).Where(i => real[i] == 1 && CanHide((int)ids[i]))];
        int[] chosen = [.. open.Where(_ => random.NextDouble() < Share)];
        chosen = chosen.Length > 0 ? chosen : [random.Pick(open)];
        foreach (int at in chosen)
        {
            double draw = random.NextDouble();
            ids[at] = draw < Masked ? mask : draw < Masked + Replaced ? random.NextInt(vocabulary) : ids[at];
        }

        return batch with { Ids = ids, Rows = [.. chosen.Select(at => (long)at)], Targets = [.. chosen.Select(at => batch.Ids[at])] };
    }
}
