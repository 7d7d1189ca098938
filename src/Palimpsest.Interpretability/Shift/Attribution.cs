using Palimpsest.Data.Batches;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Shift;

/// <summary>How much each latent at a hook contributes to a probe's decision, by integrated gradients towards a baseline.</summary>
/// <remarks>
/// Marks et al., Sparse Feature Circuits, arXiv 2403.19647: effect = mean over α in {0, 0.1, ..., 0.9} of ∂m/∂f at (1 - α) f + α b, times (f - b), summed over
/// positions and averaged over texts, m being the logit of a text's own class with its sign. What an autoencoder does not explain stays in place.
/// </remarks>
public static class Attribution
{
    private const int Parts = 10;

    /// <summary>The effects of an autoencoder's latents, towards 0: how much m falls when they are taken away.</summary>
    /// <param name="model">The model, frozen.</param>
    /// <param name="states">Gives what the probe reads.</param>
    /// <param name="probe">The probe.</param>
    /// <param name="hook">Where the autoencoder reads.</param>
    /// <param name="sae">The autoencoder.</param>
    /// <param name="documents">Tokens of each text.</param>
    /// <param name="labels">The class of each.</param>
    /// <returns>[m]; positive where a latent speaks for the text's own class.</returns>
    public static float[] OfLatents(CausalModel model, PooledStates states, LinearProbe probe, string hook, SparseAutoencoder sae,
        IReadOnlyList<int[]> documents,
        IReadOnlyList<bool> labels) => Of(model, states, probe, hook, documents, labels, x =>
        {
            SaeCode code = sae.Encode(x);
            Tensor rest = Ops.Subtract(x, sae.Decode(code.Acts, code));
            return (code.Acts, f => Ops.Add(sae.Decode(f, code), rest), zeros_like(code.Acts));
        });

    /// <summary>The effects of the hook's own numbers, towards their means.</summary>
    public static float[] OfNeurons(CausalModel model, PooledStates states, LinearProbe probe, string hook, float[] means, IReadOnlyList<int[]> documents,
        IReadOnlyList<bool> labels) => Of(model, states, probe, hook, documents, labels, x => (x, f => f, tensor(means).expand(x.shape)));

    // What is put back beside the latents must not remember how it was made.
    private static (Tensor Codes, Func<Tensor, Tensor> Write, Tensor Baseline) Taken(Func<Tensor, (Tensor, Func<Tensor, Tensor>, Tensor)> take, Tensor x)
    {
        using IDisposable noGrad = no_grad();
        return take(x);
    }

    private static float[] Of(CausalModel model, PooledStates states, LinearProbe probe, string hook, IReadOnlyList<int[]> documents,
        IReadOnlyList<bool> labels,
        Func<Tensor, (Tensor Codes, Func<Tensor, Tensor> Write, Tensor Baseline)> take)
    {
        float[]? effects = null;
        foreach ((TokenBatch batch, int first) in PooledStates.Batches(documents))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor? x = null;
            using (no_grad())
            using (model.Hooks.Add(hook, seen => x = seen.clone().MoveToOtherDisposeScope(scope)))
            {
                states.Pooled(batch);
            }

            (Tensor codes, Func<Tensor, Tensor> write, Tensor baseline) = Taken(take, x!);
            Tensor slopes = zeros_like(codes), signs = tensor(Enumerable.Range(first, batch.Batch).Select(i => labels[i] ? 1f : -1f).ToArray(),
                [batch.Batch, 1]);
            for (int part = 0; part < Parts; part++)
            {
                using DisposeScope pass = NewDisposeScope();
                double alpha = part / (double)Parts;
                Tensor f = Ops.Add(Ops.Scale(codes, 1 - alpha), Ops.Scale(baseline, alpha)).detach();
                f.requires_grad = true;
                using IDisposable replace = model.Hooks.Add(hook, _ => write(f));
                Tensor metric = states.Pooled(batch).mul(tensor([.. probe.Weights])).sum(1, keepdim: true).mul(signs).sum();
                Autograd.Backward(metric);
                Ops.AddInPlace(slopes, f.grad!, 1.0 / Parts);
            }

            using IDisposable still = no_grad();
            float[] sum = TensorBytes.ToArray(slopes.mul(Ops.Subtract(codes, baseline)).flatten(0, -2).sum(dim: 0));
            effects = effects is null ? sum : [.. effects.Zip(sum, (a, b) => a + b)];
        }

        return [.. effects!.Select(effect => effect / documents.Count)];
    }
}
