using Palimpsest.Federation.Rounds;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Federation.Algorithms;

/// <summary>Settings of FedAvg. What is trained (an adapter, the whole model, the head alone) and what a value costs (f32, 8 bits, NF4) are settings of
/// models and frames.</summary>
public sealed record FedAvgOptions : FederatedAlgorithmOptions;

/// <summary>Settings of FedProx: FedAvg whose clients are pulled back to where they began.</summary>
public sealed record FedProxOptions : FederatedAlgorithmOptions
{
    /// <summary>The defaults.</summary>
    public FedProxOptions() => Proximal = 0.01;
}

/// <summary>Everything goes down, everything comes up, and clients train everything.</summary>
/// <remarks>McMahan et al., Communication-Efficient Learning of Deep Networks from Decentralized Data, AISTATS 2017, algorithm 1.</remarks>
internal sealed class FedAvg(FederatedAlgorithmOptions options) : FederatedAlgorithm(options.Proximal)
{
    /// <inheritdoc/>
    public override string Settings => OptionsHash.Text(options);
}
