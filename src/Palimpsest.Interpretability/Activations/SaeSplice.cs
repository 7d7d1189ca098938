using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Activations;

/// <summary>Puts an autoencoder's output into a model in the place of the activations that it read.</summary>
/// <param name="sae">The autoencoder, made for inference.</param>
public sealed class SaeSplice(SparseAutoencoder sae)
{
    /// <summary>Whether what the autoencoder does not explain is put back, so that only <see cref="Edit"/> makes a difference.</summary>
    /// <value>The default is false.</value>
    public bool ErrorTerm { get; init; }

    /// <summary>Changes the latents [..., m]: ablates, clamps, steers.</summary>
    /// <value>The default leaves them.</value>
    public Func<Tensor, Tensor>? Edit { get; init; }

    /// <summary>Sets latents to a value wherever they are.</summary>
    /// <param name="latents">Their numbers.</param>
    /// <param name="count">Number of all latents.</param>
    /// <param name="value">The value; 0 ablates.</param>
    /// <exception cref="PalimpsestException">There is no such latent.</exception>
    public static Func<Tensor, Tensor> Setting(IReadOnlyList<int> latents, int count, double value = 0)
    {
        ArgumentNullException.ThrowIfNull(latents);
        if (latents.FirstOrDefault(latent => latent < 0 || latent >= count, -1) is int odd && latents.Any(latent => latent < 0 || latent >= count))
        {
            throw new PalimpsestException($"There is no latent {odd}; they are numbered from 0 to {count - 1}.");
        }

        bool[] chosen = new bool[count];
        foreach (int latent in latents)
        {
            chosen[latent] = true;
        }

        return acts => Ops.MaskedFill(acts, tensor(chosen, device: acts.device), value);
    }

    /// <summary>Adds to latents wherever they are.</summary>
    /// <param name="latents">Their numbers.</param>
    /// <param name="count">Number of all latents.</param>
    /// <param name="amount">What is added.</param>
    public static Func<Tensor, Tensor> Adding(IReadOnlyList<int> latents, int count, double amount)
    {
        Func<Tensor, Tensor> set = Setting(latents, count, amount);
        return acts => Ops.Add(acts, set(zeros_like(acts)));
    }

    /// <summary>The activations that take the place of others.</summary>
    /// <param name="x">[..., d]</param>
    /// <param name="keep">Where activations stay as they are, [...] bool; null for nowhere.</param>
    public Tensor Apply(Tensor x, Tensor? keep = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        SaeCode code = sae.Encode(x);
        Tensor acts = Edit is null ? code.Acts : Edit(code.Acts);
        Tensor made = ErrorTerm ? Ops.Add(x, Ops.Subtract(sae.Decode(acts, code), sae.Decode(code.Acts, code)))
            : Edit is null ? sae.Output(code) : Ops.Add(sae.Output(code), Ops.Subtract(sae.Decode(acts, code), sae.Decode(code.Acts, code)));
        made = made.dtype == x.dtype ? made : made.to_type(x.dtype);
        return keep is null ? made : where(keep.unsqueeze(-1), x, made);
    }
}
