namespace Palimpsest.Federation.Rounds.ServerOptimizers;

/// <summary>Settings of FedAdagrad (Reddi et al., ICLR 2021): w += η m / (sqrt(v) + τ), v += D^2.</summary>
public sealed record FedAdagradOptions() : AdaptiveServerOptions(0)
{
    internal AdaptiveNumbers At(long step) => new(Beta1, 0, LearningRate, Tau);
}
