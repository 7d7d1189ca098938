using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Interpretability.Shift;

/// <summary>Switches latents off at several hooks at once while it lives; what the autoencoders do not explain stays.</summary>
public sealed class Ablation : IDisposable
{
    private readonly List<IDisposable> _hooks = [];

    /// <summary>Switches them off.</summary>
    /// <param name="model">The model.</param>
    /// <param name="chosen">Hook, its autoencoder, and the latents; hooks without latents are left alone.</param>
    public Ablation(CausalModel model, IEnumerable<(string Hook, SparseAutoencoder Sae, IReadOnlyList<int> Latents)> chosen)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(chosen);
        foreach ((string hook, SparseAutoencoder sae, IReadOnlyList<int> latents) in chosen.Where(item => item.Latents.Count > 0))
        {
            SaeSplice splice = new(sae) { ErrorTerm = true, Edit = SaeSplice.Setting(latents, sae.Config.DSae) };
            _hooks.Add(model.Hooks.Add(hook, x => splice.Apply(x)));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hooks.ForEach(hook => hook.Dispose());
}
