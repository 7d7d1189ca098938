using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Ssae;

/// <summary>Anything that puts sparse latents between activations and their reconstruction: an autoencoder, or one with another for what it leaves
/// over.</summary>
/// <param name="Sae">Made for inference.</param>
/// <param name="Residual">Codes what the first leaves over; its outputs are added. Null for none.</param>
public sealed record Reconstruction(SparseAutoencoder Sae, SparseAutoencoder? Residual = null) : IDisposable
{
    /// <summary>Latents of both.</summary>
    public int Latents => Sae.Config.DSae + (Residual?.Config.DSae ?? 0);

    /// <summary>Reconstructs.</summary>
    /// <param name="x">[..., d]</param>
    /// <returns>[..., d] and [..., latents]</returns>
    public (Tensor Output, Tensor Acts) Of(Tensor x)
    {
        SaeCode code = Sae.Encode(x);
        if (Residual is null)
        {
            return (Sae.Output(code), code.Acts);
        }

        SaeCode rest = Residual.Encode(x);
        return (Ops.Add(Sae.Output(code), Residual.Output(rest)), cat([code.Acts, rest.Acts], -1));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Sae.Dispose();
        Residual?.Dispose();
    }
}
