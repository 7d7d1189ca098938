namespace Palimpsest.Reasoning.PerStepNegatives;

/// <summary>How pairs are made of a model's own solutions.</summary>
/// <param name="Pairing">What a wrong step is set against.</param>
/// <param name="Rule">Which step counts as the pit.</param>
/// <param name="Search">From which prefixes rollouts are made.</param>
/// <param name="Negatives">Most different wrong solutions of a problem.</param>
public sealed record PairOptions(PairingForm Pairing, PitRule Rule, PitSearch Search, int Negatives);
