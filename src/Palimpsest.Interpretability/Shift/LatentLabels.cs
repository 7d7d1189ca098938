using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Metrics;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Shift;

/// <summary>The mean activation of each latent over the tokens of labelled texts, by which it is said what a latent stands for.</summary>
public sealed class LatentLabels
{
    private const int DocumentsPerPart = 64;

    private readonly float[][] _means; // [text][latent]
    private readonly double[] _densities;

    private LatentLabels(float[][] means, double[] densities) => (_means, _densities) = (means, densities);

    /// <summary>Reads texts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="hook">Where the autoencoder reads.</param>
    /// <param name="sae">The autoencoder.</param>
    /// <param name="documents">Tokens of each text.</param>
    /// <param name="special">Tokens that are left out.</param>
    public static LatentLabels Of(CausalModel model, string hook, SparseAutoencoder sae, IReadOnlyList<int[]> documents, IReadOnlyList<int> special)
    {
        ArgumentNullException.ThrowIfNull(sae);
        ArgumentNullException.ThrowIfNull(documents);
        using IDisposable noGrad = no_grad();
        ActivationReader reader = new(model, hook, leftOut: special);
        int latents = sae.Config.DSae;
        float[][] means = [.. documents.Select(_ => new float[latents])];
        double[] fired = new double[latents];
        double tokens = 0;
        for (int from = 0; from < documents.Count; from += DocumentsPerPart)
        {
            using DisposeScope scope = NewDisposeScope();
            ActivationBatch rows = reader.Read([.. documents.Skip(from).Take(DocumentsPerPart)], from);
            float[] acts = TensorBytes.ToArray(sae.Encode(tensor(rows.Values, [rows.Rows, rows.Width])).Acts);
            tokens += rows.Rows;
            for (int row = 0; row < rows.Rows; row++)
            {
                int size = documents[rows.Documents[row]].Length;
                for (int latent = 0; latent < latents; latent++)
                {
                    float value = acts[(row * latents) + latent];
                    means[rows.Documents[row]][latent] += value / size;
                    fired[latent] += value > 0 ? 1 : 0;
                }
            }
        }

        return new LatentLabels(means, [.. fired.Select(count => count / tokens)]);
    }

    /// <summary>How well a latent tells texts with a label from those without it, whatever the direction: 0.5 not at all, 1 always.</summary>
    public double Separation(int latent, IReadOnlyList<bool> labels)
    {
        double area = Detector.Auc([.. _means.Select(row => row[latent])], labels);
        return Math.Max(area, 1 - area);
    }

    /// <summary>The latents that fire most often on these texts: what is kept of an autoencoder that is cut to a part of its width.</summary>
    public IReadOnlyList<int> MostFrequent(int count) => [.. Enumerable.Range(0, _densities.Length).OrderByDescending(latent => _densities[latent])
        .Take(count)];
}
