using Palimpsest.Common;
using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Clients;
using Palimpsest.Federation.Flasc;
using Palimpsest.Models.Lora;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Federation.Experiment;

/// <summary>What is trained, and what of it goes to and fro.</summary>
public sealed record FederateMethodSection : IValidated
{
    /// <summary>The algorithm: its name, or <c>{ name: flasc, upload_density: 0.1 }</c> with settings.</summary>
    /// <value>The default is FLASC with a density of 1/4 both ways.</value>
    public FederatedAlgorithmOptions Algorithm { get; init; } = new FlascOptions();

    /// <summary>What is trained: adapter, whole or head.</summary>
    /// <value>The default is adapter.</value>
    public TrainedPart Part { get; init; }

    /// <summary>The adapter.</summary>
    /// <value>The default is rank 16 with alpha 16 on all linear layers.</value>
    public LoraOptions Lora { get; init; } = new() { Rank = 16 };

    /// <summary>How answers become one update: mean, median or trimmed-mean.</summary>
    /// <value>The default is mean.</value>
    public FederateAggregator Aggregator { get; init; }

    /// <summary>Share of the answers that a trimmed mean leaves out at either end, in [0, 1/2): so many lying clients does it bear.</summary>
    /// <value>The default is 0.1.</value>
    public double? TrimShare { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (TrimShare is not (null or (>= 0 and < 0.5)))
        {
            yield return "trim_share must be at least 0 and below 0.5: nothing is left beyond that.";
        }

        if (TrimShare is not null && Aggregator != FederateAggregator.TrimmedMean)
        {
            yield return "trim_share belongs to aggregator: trimmed-mean. Leave it out.";
        }

        if (Part != TrainedPart.Adapter && OptionsHash.Text(Lora) != OptionsHash.Text(new FederateMethodSection().Lora))
        {
            yield return "lora belongs to part: adapter. Leave it out.";
        }
    }
}
