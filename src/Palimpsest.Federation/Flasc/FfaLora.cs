using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Federation.Flasc;

/// <summary>Settings of FFA-LoRA.</summary>
public sealed record FfaLoraOptions : FederatedAlgorithmOptions;

/// <summary>Every factor A stays as the seed drew it, the same at all clients, and is never sent: B and the head are trained, and averages of B are averages
/// of B A.</summary>
/// <remarks>Sun et al., Improving LoRA in Privacy-preserving Federated Learning, ICLR 2024.</remarks>
internal sealed class FfaLora(FfaLoraOptions options) : FederatedAlgorithm(options.Proximal)
{
    /// <inheritdoc/>
    public override string Settings => OptionsHash.Text(options);

    /// <inheritdoc/>
    public override bool Trains(ParameterSlot slot) => !CoordinateMasks.IsA(slot);

    /// <inheritdoc/>
    public override void Prepare(ParameterLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        CoordinateMasks.Lora(layout, "ffa-lora");
    }
}
