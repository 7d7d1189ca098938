using Palimpsest.Data.Batches;
using Palimpsest.Jobs;
using Palimpsest.Models.Lora;

namespace Palimpsest.Federation.Clients;

/// <summary>Which model clients train, and what of it.</summary>
public sealed record ClientModelOptions
{
    /// <summary>The model.</summary>
    /// <value>The default is the embedded base model.</value>
    public ModelSection Model { get; init; } = new();

    /// <summary>What is trained.</summary>
    /// <value>The default is an adapter.</value>
    public TrainedPart Part { get; init; }

    /// <summary>The adapter's settings.</summary>
    /// <value>The default is rank 16 with alpha 16 on all linear layers.</value>
    public LoraOptions Lora { get; init; } = new() { Rank = 16 };

    /// <summary>Whether a head over the classes takes the output matrix's place; otherwise texts are gone on with.</summary>
    /// <value>The default is false.</value>
    public bool Classifies { get; init; }

    /// <summary>What happens to examples longer than the model's context.</summary>
    /// <value>The default is error.</value>
    public TooLongPolicy TooLong { get; init; } = TooLongPolicy.Error;

    /// <summary>Most held-out items of a client that are asked, spread evenly over all of them; 0 for all.</summary>
    /// <value>The default is 0.</value>
    public int MostHeldOut { get; init; }

    /// <summary>Root of the draws that fill fresh weights: the same start for all workers.</summary>
    /// <value>The default is 7.</value>
    public long Seed { get; init; } = 7;
}
