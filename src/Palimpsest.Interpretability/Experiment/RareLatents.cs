using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Metrics;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Text;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Names what the specialised autoencoder sees and the general one does not.</summary>
internal static class RareLatents
{
    private const int Most = 20, Around = 8;

    /// <summary>The latents, the best first: by concepts where these are known, else by the tokens on which they fire.</summary>
    public static IReadOnlyList<RareLatent> Of(IReadOnlyList<SsaeArmResult> results, SsaeMethodSection method, EvaluationTexts domain, Tokenizer tokenizer,
        Func<string, SparseAutoencoder> load)
    {
        double sparsity = results[^1].Sparsity;
        SsaeArmResult general = results.Last(arm => arm.Name == SsaeArms.Gsae && arm.Sparsity == sparsity);
        if (results.LastOrDefault(arm => arm.Name == method.TiltOn && arm.Sparsity == sparsity) is not SsaeArmResult special)
        {
            return [];
        }

        using Reconstruction sae = new(load(special.Name)), before = new(load(general.Name));
        float[] acts = domain.Measure(sae).Acts;
        return special.Concepts.Count > 0
            ? [.. special.Concepts.Zip(general.Concepts).Where(pair => pair.First.F1 >= ConceptFinding.Seen && pair.Second.F1 < ConceptFinding.Seen)
                .OrderByDescending(pair => pair.First.F1 - pair.Second.F1).Take(Most)
                .Select(pair => new RareLatent(pair.First.Latent, pair.First.Concept, pair.First.F1, pair.Second.F1,
                Example(pair.First.Latent, acts, sae.Latents, domain, tokenizer)))]
            : ByTokens(acts, domain.Measure(before).Acts, sae.Latents, before.Latents, domain, tokenizer);
    }

    // A latent of the specialised autoencoder, named by its tokens, against the general one's best latent for the same tokens.
    private static IReadOnlyList<RareLatent> ByTokens(float[] acts, float[] others, int latents, int otherLatents, EvaluationTexts domain, Tokenizer tokenizer)
    {
        TypeTally own = Tally(acts, latents, domain), general = Tally(others, otherLatents, domain);
        return
        [
            .. Enumerable.Range(0, latents).Select(latent => (Latent: latent, Set: own.Top(latent, 3))).Where(item => item.Set.Count > 0)
                .Select(item => (item.Latent, item.Set, own.Explained(item.Latent, [.. item.Set]).F1))
                .Where(item => item.F1 >= ConceptFinding.Seen).OrderByDescending(item => item.F1).Take(4 * Most)
                .Select(item => new RareLatent(item.Latent, string.Join(", ", item.Set.Select(token => tokenizer.Decode([token]).Trim())), item.F1,
                    Enumerable.Range(0, otherLatents).Max(latent => general.Explained(latent, [.. item.Set]).F1),
                        Example(item.Latent, acts, latents, domain, tokenizer)))
                .Where(item => item.GeneralF1 < ConceptFinding.Seen).OrderByDescending(item => item.F1 - item.GeneralF1).Take(Most),
        ];
    }

    private static TypeTally Tally(float[] acts, int latents, EvaluationTexts domain)
    {
        TypeTally tally = new(latents);
        tally.Add(domain.Rows.Tokens, acts);
        return tally;
    }

    private static string Example(int latent, float[] acts, int latents, EvaluationTexts domain, Tokenizer tokenizer)
    {
        int best = Enumerable.Range(0, domain.Rows.Rows).MaxBy(row => acts[((long)row * latents) + latent]), document = domain.Rows.Documents[best];
        int[] before = [.. Tokens(best - Around, best)], after = [.. Tokens(best + 1, best + 1 + Around)];
        return $"{tokenizer.Decode(before).Trim()} [{tokenizer.Decode([domain.Rows.Tokens[best]]).Trim()}]{tokenizer.Decode(after)}";

        IEnumerable<int> Tokens(int from, int to) => Enumerable.Range(Math.Max(0, from), Math.Max(0, Math.Min(to, domain.Rows.Rows) - Math.Max(0, from)))
            .Where(row => domain.Rows.Documents[row] == document).Select(row => domain.Rows.Tokens[row]);
    }
}
