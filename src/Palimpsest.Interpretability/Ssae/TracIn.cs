using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Ssae;

/// <summary>Ranks passages by how much a step on them would lower an autoencoder's error on the seeds (Pruthi et al., TracIn, NeurIPS 2020), at one
/// checkpoint.</summary>
/// <param name="sae">The autoencoder in its training form.</param>
/// <param name="scale">What its inputs are multiplied by.</param>
/// <param name="cosine">Whether gradients count by their direction alone, so that long passages of large activations do not win.</param>
public sealed class TracIn(SparseAutoencoder sae, double scale, bool cosine = true)
{
    private Tensor? _seeds;

    // G_dec = -(2/T) F^T R        G_enc = -(2/T) X^T (R W_dec^T where f > 0)        score = <G(passage), mean over seeds of G>
    /// <summary>The scores of passages.</summary>
    /// <param name="seeds">Activations of each seed document.</param>
    /// <param name="passages">Activations of each passage.</param>
    public IReadOnlyList<double> Scores(IReadOnlyList<ActivationBatch> seeds, IEnumerable<ActivationBatch> passages)
    {
        ArgumentNullException.ThrowIfNull(seeds);
        ArgumentNullException.ThrowIfNull(passages);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _seeds = Unit(Ops.Scale(seeds.Select(Gradient).Aggregate(Ops.Add), 1.0 / seeds.Count));
        List<double> scores = [];
        foreach (ActivationBatch passage in passages)
        {
            using DisposeScope one = NewDisposeScope();
            scores.Add(Ops.Number(Unit(Gradient(passage)).mul(_seeds).sum()));
        }

        return scores;
    }

    private Tensor Unit(Tensor gradient) => cosine ? gradient.div(gradient.norm().clamp(min: Scalars.Of(1e-30))) : gradient;

    private Tensor Gradient(ActivationBatch rows)
    {
        Tensor x = Ops.Scale(tensor(rows.Values, [rows.Rows, rows.Width]), scale).to_type(sae.Parameters.Values.dtype);
        SaeCode code = sae.Encode(x);
        Tensor rest = Ops.Subtract(x, sae.Output(code)), factor = code.Acts.gt(Scalars.Zero).to_type(rest.dtype);
        Tensor decoder = code.Acts.t().matmul(rest), encoder = x.t().matmul(rest.matmul(sae.Decoder.t()).mul(factor));
        return Ops.Scale(cat([decoder.flatten(), encoder.flatten()]), -2.0 / Math.Max(1, rows.Rows));
    }
}
