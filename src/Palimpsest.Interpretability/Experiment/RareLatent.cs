namespace Palimpsest.Interpretability.Experiment;

/// <summary>A latent that stands for something rare.</summary>
/// <param name="Latent">Its number.</param>
/// <param name="Name">What it stands for: the concept, or the tokens that it fires on most.</param>
/// <param name="F1">How well it tells it; of a latent named by tokens, how well these predict it.</param>
/// <param name="GeneralF1">The same for the general autoencoder's best latent.</param>
/// <param name="Example">A text, the token in brackets.</param>
public sealed record RareLatent(int Latent, string Name, double F1, double GeneralF1, string Example);
