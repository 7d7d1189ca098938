using Palimpsest.Interpretability.SparseAutoencoders.Metrics;
using Palimpsest.Interpretability.Ssae;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Measures every autoencoder of a specialisation on the same texts.</summary>
internal sealed class SsaeMeasures(EvaluationTexts domain, EvaluationTexts general, ConceptRows? concepts)
{
    private const int SetSize = 5, LeastFirings = 20, LeastOccurrences = 3;

    /// <summary>Measures one.</summary>
    /// <param name="label">The arm's name.</param>
    /// <param name="sparsity">Its strength.</param>
    /// <param name="store">Where it lies.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="beside">The autoencoder that it is added to; null for one that stands alone.</param>
    /// <exception cref="PalimpsestException">None of its latents ever fires.</exception>
    public SsaeArmResult Of(string label, double sparsity, SaeStore store, string name, string? beside)
    {
        using Reconstruction sae = beside is null ? new(store.Load(name)) : new(store.Load(beside), store.Load(name));
        (SetFigures own, float[] acts, double[] errors) = domain.Measure(sae);
        (SetFigures others, _, _) = general.Measure(sae);
        if (own.Dead == sae.Latents && others.Dead == sae.Latents)
        {
            throw new PalimpsestException($"{label}: all {sae.Latents} latents are dead. Lower the strength of the sparsity ({sparsity:G4}), or the learning "
                + $"rate.");
        }

        // Explanations come from every second document and are judged on the others.
        TypeTally all = new(sae.Latents), first = new(sae.Latents), second = new(sae.Latents);
        for (int row = 0; row < domain.Rows.Rows; row++)
        {
            ReadOnlySpan<float> values = acts.AsSpan(row * sae.Latents, sae.Latents);
            all.Add(domain.Rows.Tokens.AsSpan(row, 1), values);
            (domain.Rows.Documents[row] % 2 == 0 ? first : second).Add(domain.Rows.Tokens.AsSpan(row, 1), values);
        }

        return new SsaeArmResult
        {
            Name = label,
            Sparsity = sparsity,
            LastStep = store.FiguresOf(name),
            Domain = own,
            General = others,
            Covered = [.. all.Coverage(LeastOccurrences).Select(type => type.Covered)],
            Concepts = concepts?.Find(acts, sae.Latents) ?? [],
            TailError = Tail(all, errors),
            TokenSetF1 = TokenSets(first, second, acts, sae.Latents),
        };
    }

    private double[] Tail(TypeTally tally, double[] errors)
    {
        int[] types = [.. tally.Coverage(LeastOccurrences).Select(type => type.Token)];
        HashSet<int> rare = [.. types.Take(types.Length / 2)];
        double size = Enumerable.Range(0, domain.Rows.Rows).Average(row => Math.Pow(System.Numerics.Tensors.TensorPrimitives.Norm<float>(domain.Rows.Row(row)),
            2));
        double[] own = [.. Enumerable.Range(0, errors.Length).Where(row => rare.Contains(domain.Rows.Tokens[row])).Select(row => errors[row] / size)];
        double mean = own.DefaultIfEmpty().Average();
        return [mean, own.Select(error => (error - mean) * (error - mean)).DefaultIfEmpty().Average(), own.DefaultIfEmpty().Max()];
    }

    private static double TokenSets(TypeTally first, TypeTally second, float[] acts, int latents)
    {
        int[] firings = new int[latents];
        for (int i = 0; i < acts.Length; i++)
        {
            firings[i % latents] += acts[i] != 0 ? 1 : 0;
        }

        return Enumerable.Range(0, latents).Where(latent => firings[latent] >= LeastFirings)
            .Select(latent => second.Explained(latent, [.. first.Top(latent, SetSize)]).F1).DefaultIfEmpty().Average();
    }
}
