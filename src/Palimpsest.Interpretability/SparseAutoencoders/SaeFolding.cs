using Palimpsest.Interpretability.SparseAutoencoders.Formats;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>Moves what was done around an autoencoder into its weights, so that outputs stay the same. Changes the weights in place.</summary>
public static class SaeFolding
{
    // W_dec /= n, W_enc *= n, b_enc *= n, θ *= n        n_i = |W_dec,i|; activations grow with n
    /// <summary>Makes all directions of length 1.</summary>
    /// <param name="sae">The autoencoder.</param>
    /// <returns>The lengths that they had, [m], in the caller's scope.</returns>
    /// <exception cref="PalimpsestException">Other latents would be active afterwards.</exception>
    public static Tensor DecoderNorms(SparseAutoencoder sae)
    {
        ArgumentNullException.ThrowIfNull(sae);
        if (!sae.CanFoldNorms)
        {
            throw new PalimpsestException($"{sae.Config.Architecture}: the lengths of the directions cannot be folded, since other latents would be active "
                + $"then. Keep it as it is.");
        }

        using IDisposable noGrad = no_grad();
        Tensor norms = sae.Decoder.norm(1, keepdim: false, p: 2);
        using DisposeScope scope = NewDisposeScope();
        sae.Decoder.div_(norms.unsqueeze(1));
        sae.Parameters["W_enc"].mul_(norms);
        foreach (string name in sae.PerLatent)
        {
            sae.Parameters[name].mul_(norms);
        }

        return norms;
    }

    // W_enc *= c, W_dec /= c, b_dec /= c
    /// <summary>Makes it read what was multiplied by a factor in training.</summary>
    /// <param name="sae">The autoencoder.</param>
    /// <param name="factor">c = sqrt(d) / mean |x|.</param>
    public static void InputScale(SparseAutoencoder sae, double factor)
    {
        ArgumentNullException.ThrowIfNull(sae);
        using IDisposable noGrad = no_grad();
        sae.Parameters["W_enc"].mul_(Scalars.Of(factor));
        sae.Decoder.mul_(Scalars.Of(1 / factor));
        sae.Parameters["b_dec"].mul_(Scalars.Of(1 / factor));
        if (sae is BatchTopKSae { Config.Options: SelectingOptions { RescaleActsByDecoderNorm: true } } batch)
        {
            batch.Threshold /= factor;
        }
    }

    // z = (x - mean) M: W_enc = M W_enc, b_enc -= mean (M W_enc) where b_dec is not taken off, W_dec = W_dec M^-1, b_dec = b_dec M^-1 + mean
    /// <summary>Makes it read what was whitened in training.</summary>
    /// <param name="sae">The autoencoder.</param>
    /// <param name="matrix">M, [d, d].</param>
    /// <param name="inverse">Its inverse.</param>
    /// <param name="mean">[d]</param>
    public static void Whitening(SparseAutoencoder sae, Tensor matrix, Tensor inverse, Tensor mean)
    {
        ArgumentNullException.ThrowIfNull(sae);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor Exact(string name) => sae.Parameters[name].to_type(ScalarType.Float64);
        (Tensor m, Tensor back, Tensor centre) = (matrix.to_type(ScalarType.Float64), inverse.to_type(ScalarType.Float64), mean.to_type(ScalarType.Float64));
        Tensor encoder = m.matmul(Exact("W_enc")), decoder = Exact("W_dec").matmul(back), bias = Ops.Add(Exact("b_dec").matmul(back), centre);
        if (!sae.Config.ApplyBDecToInput)
        {
            sae.Parameters["b_enc"].copy_(Ops.Subtract(Exact("b_enc"), centre.matmul(encoder)));
        }

        sae.Parameters["W_enc"].copy_(encoder);
        sae.Decoder.copy_(decoder);
        sae.Parameters["b_dec"].copy_(bias);
    }

    /// <summary>The form in which it is used once it has been trained, as SAELens saves it for inference: lengths of directions folded where latents were
    /// scaled
    /// by them, a threshold in the place of a selection over batches, training settings among the metadata.</summary>
    /// <param name="sae">Stays as it is.</param>
    /// <param name="scale">The factor of the inputs in training; 1 for none.</param>
    /// <exception cref="PalimpsestException">It is none of a training, or its whitening was not folded.</exception>
    public static SparseAutoencoder ToInference(SparseAutoencoder sae, double scale = 1)
    {
        ArgumentNullException.ThrowIfNull(sae);
        using SparseAutoencoder copy = Copy(sae, sae.Config);
        if (scale != 1)
        {
            InputScale(copy, scale);
        }

        double? threshold = (copy as BatchTopKSae)?.Threshold;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        if (copy.Config.Options is SelectingOptions { RescaleActsByDecoderNorm: true })
        {
            DecoderNorms(copy);
        }

        SparseAutoencoder made = SaeArchitectures.Create(sae.Config with
        {
            Options = sae.InferenceOptions ?? sae.Config.Options,
            IsTraining = false,
            NormalizeActivations = sae.Config.NormalizeActivations is SaeNormalization.ExpectedAverageOnlyIn or SaeNormalization.CovarianceWhitening
                ? SaeNormalization.None : sae.Config.NormalizeActivations,
            Metadata = SaeConfigFile.InferenceMetadata(sae.Config),
        });
        foreach (Numerics.ParameterSlot slot in made.Parameters.Layout.Slots)
        {
            if (slot.Name == "threshold" && threshold is double limit)
            {
                made.Parameters[slot.Name].fill_(Scalars.Of(limit));
            }
            else
            {
                made.Parameters[slot.Name].copy_(copy.Parameters[slot.Name]);
            }
        }

        return made;
    }

    /// <summary>Another autoencoder with the same weights.</summary>
    /// <param name="sae">Stays as it is.</param>
    /// <param name="config">What the other one is; it has the same tensors.</param>
    public static SparseAutoencoder Copy(SparseAutoencoder sae, SaeConfig config)
    {
        ArgumentNullException.ThrowIfNull(sae);
        SparseAutoencoder made = SaeArchitectures.Create(config);
        using IDisposable noGrad = no_grad();
        made.Parameters.Values.copy_(sae.Parameters.Values);
        foreach (((_, Tensor to), (_, Tensor from)) in made.Buffers.Zip(sae.Buffers))
        {
            to.copy_(from);
        }

        return made;
    }
}
