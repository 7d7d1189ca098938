using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>The formula of a loss over pairs.</summary>
/// <param name="PerPair">The losses of a batch, [pairs].</param>
/// <param name="NeedsReference">Whether the reference counts.</param>
/// <param name="Smooths">Whether label smoothing counts.</param>
internal sealed record PreferenceLoss(Func<PreferenceTerms, Tensor> PerPair, bool NeedsReference = true, bool Smooths = false);
