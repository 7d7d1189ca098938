using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Models.Transformers;

namespace Palimpsest.Interpretability.Shift;

/// <summary>Chooses the latents to switch off: of those that a decision owes most to, the ones that tell the spurious label better than the wanted
/// one.</summary>
/// <remarks>The rule stands in for a person who reads latents and says what each stands for.</remarks>
public sealed class LatentChoice
{
    private readonly IReadOnlyList<(string Hook, SparseAutoencoder Sae)> _saes;
    private readonly IReadOnlyList<LatentLabels> _labels;
    private readonly IReadOnlyList<float[]> _effects;

    private LatentChoice(IReadOnlyList<(string Hook, SparseAutoencoder Sae)> saes, IReadOnlyList<LatentLabels> labels, IReadOnlyList<float[]> effects) =>
        (_saes, _labels, _effects) = (saes, labels, effects);

    /// <summary>Attributes and labels all latents once.</summary>
    /// <param name="model">The model, frozen.</param>
    /// <param name="states">Gives what the probe reads.</param>
    /// <param name="probe">The probe.</param>
    /// <param name="saes">Autoencoders by their hooks.</param>
    /// <param name="attributed">Texts that effects are taken on, with the probe's label.</param>
    /// <param name="labelled">Texts that latents are labelled on.</param>
    /// <param name="special">Tokens that are left out.</param>
    public static LatentChoice Of(CausalModel model, PooledStates states, LinearProbe probe, IReadOnlyList<(string Hook, SparseAutoencoder Sae)> saes,
        (IReadOnlyList<int[]> Texts, IReadOnlyList<bool> Wanted) attributed, IReadOnlyList<int[]> labelled, IReadOnlyList<int> special)
    {
        ArgumentNullException.ThrowIfNull(saes);
        return new LatentChoice(saes, [.. saes.Select(one => LatentLabels.Of(model, one.Hook, one.Sae, labelled, special))],
            [.. saes.Select(one => Attribution.OfLatents(model, states, probe, one.Hook, one.Sae, attributed.Texts, attributed.Wanted))]);
    }

    /// <summary>Chooses.</summary>
    /// <param name="wanted">The label that is to be told, of the labelled texts.</param>
    /// <param name="spurious">The other one.</param>
    /// <param name="candidates">How many latents of the largest effects are looked at.</param>
    /// <param name="margin">By how much a latent must tell the other label better.</param>
    /// <param name="narrow">One over the share of each autoencoder's latents that can be chosen, those that fire most often.</param>
    public IReadOnlyList<(string Hook, SparseAutoencoder Sae, IReadOnlyList<int> Latents)> Choose(IReadOnlyList<bool> wanted, IReadOnlyList<bool> spurious,
        int candidates, double margin, int narrow = 1)
    {
        HashSet<int>[] kept = [.. _labels.Select((labels, place) => labels.MostFrequent(_effects[place].Length / narrow).ToHashSet())];
        (int Place, int Latent)[] chosen =
        [
            .. _effects.SelectMany((effects, place) => effects.Select((effect, latent) => (Place: place, Latent: latent, Effect: effect)))
                .Where(one => one.Effect > 0 && kept[one.Place].Contains(one.Latent)).OrderByDescending(one => one.Effect).Take(candidates)
                .Where(one => _labels[one.Place].Separation(one.Latent, spurious) - _labels[one.Place].Separation(one.Latent, wanted) > margin)
                .Select(one => (one.Place, one.Latent)),
        ];
        return
        [
            .. _saes.Select((one, place) =>
                (one.Hook, one.Sae, (IReadOnlyList<int>)[.. chosen.Where(latent => latent.Place == place).Select(latent => latent.Latent)])),
        ];
    }
}
