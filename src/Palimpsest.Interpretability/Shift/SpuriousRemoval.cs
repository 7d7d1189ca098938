using Palimpsest.Interpretability.SparseAutoencoders.Metrics;

namespace Palimpsest.Interpretability.Shift;

/// <summary>Scores of an autoencoder by what switching its latents off does to probes of the states that it reads (SCR and TPP of SAEBench), and k-sparse
/// probing.</summary>
/// <remarks>States are means over tokens, and outputs are linear in the latents, so that a latent is taken out of them without another pass of the model; what
/// the
/// autoencoder does not explain stays.</remarks>
public static class SpuriousRemoval
{
    private const double Least = 1e-3;

    // effect_i = |(mean f_i of the one class - mean f_i of the other) (w · W_dec,i)|
    /// <summary>All latents, those first that a probe owes most to.</summary>
    /// <param name="acts">Mean latents of each text.</param>
    /// <param name="labels">What the probe tells.</param>
    /// <param name="probe">The probe.</param>
    /// <param name="decoder">The directions.</param>
    public static IReadOnlyList<int> Ranked(IReadOnlyList<float[]> acts, IReadOnlyList<bool> labels, LinearProbe probe, IReadOnlyList<float[]> decoder)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(probe);
        double[] difference = Difference(acts, labels);
        double[] effects = [.. decoder.Select((row, i) => Math.Abs(difference[i] * row.Select((value, j) => (double)value * probe.Weights[j]).Sum()))];
        return [.. Enumerable.Range(0, effects.Length).OrderByDescending(i => effects[i]).ThenBy(i => i)];
    }

    /// <summary>States without some latents.</summary>
    /// <param name="states">Mean states of each text.</param>
    /// <param name="acts">Its mean latents.</param>
    /// <param name="latents">The latents that are switched off.</param>
    /// <param name="decoder">The directions.</param>
    public static float[][] Without(IReadOnlyList<float[]> states, IReadOnlyList<float[]> acts, IEnumerable<int> latents, IReadOnlyList<float[]> decoder)
    {
        ArgumentNullException.ThrowIfNull(acts);
        int[] off = [.. latents];
        return [.. states.Select((state, text) =>
        {
            float[] made = [.. state];
            foreach (int latent in off)
            {
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(decoder[latent], -acts[text][latent], made, made);
            }

            return made;
        })];
    }

    /// <summary>(ablated - before) / (oracle - before), 0 where there is nothing to gain.</summary>
    public static double Scr(double before, double ablated, double oracle) => oracle - before < Least ? 0 : (ablated - before) / (oracle - before);

    /// <summary>What a probe loses when its own latents are off, less what the others lose on average.</summary>
    /// <param name="intended">Loss of accuracy of the probe whose latents are off.</param>
    /// <param name="others">Losses of the other probes.</param>
    public static double Tpp(double intended, IReadOnlyList<double> others) => intended - others.DefaultIfEmpty().Average();

    /// <summary>How well the k latents of the largest difference between two classes tell them: trained on the first half of the texts, measured on the
    /// second.</summary>
    /// <param name="acts">Mean latents of each text.</param>
    /// <param name="labels">The class of each.</param>
    /// <param name="k">How many latents.</param>
    public static double SparseProbing(IReadOnlyList<float[]> acts, IReadOnlyList<bool> labels, int k)
    {
        ArgumentNullException.ThrowIfNull(acts);
        int half = acts.Count / 2;
        bool[] first = [.. labels.Take(half)], second = [.. labels.Skip(half)];
        double[] difference = Difference([.. acts.Take(half)], first);
        int[] chosen = [.. Enumerable.Range(0, difference.Length).OrderByDescending(i => Math.Abs(difference[i])).Take(k)];
        float[][] rows = [.. acts.Select(row => chosen.Select(i => row[i]).ToArray())];
        LinearProbe probe = LinearProbe.Train(rows[..half], first);
        return Detector.Scores([.. rows[half..].Select(probe.Says)], second).Balanced;
    }

    private static double[] Difference(IReadOnlyList<float[]> acts, IReadOnlyList<bool> labels)
    {
        double positives = labels.Count(label => label), negatives = labels.Count - positives;
        double[] difference = new double[acts[0].Length];
        for (int text = 0; text < acts.Count; text++)
        {
            double share = labels[text] ? 1 / Math.Max(1, positives) : -1 / Math.Max(1, negatives);
            for (int i = 0; i < difference.Length; i++)
            {
                difference[i] += share * acts[text][i];
            }
        }

        return difference;
    }
}
