using Palimpsest.Common;

namespace Palimpsest.Planning;

/// <summary>What is planned.</summary>
public sealed record PlanOptions : IValidated
{
    /// <summary>The model.</summary>
    public required ModelShape Model { get; init; }

    /// <summary>How it is trained.</summary>
    /// <value>The default is AdamW.</value>
    public TrainingMethod Method { get; init; }

    /// <summary>Rank of projections and adapters; methods without rank do not read it.</summary>
    /// <value>The default is 8.</value>
    public long Rank { get; init; } = 8;

    /// <summary>Types of weights, gradients and activations.</summary>
    /// <value>The default is f32.</value>
    public NumberType Type { get; init; }

    /// <summary>Type of the moments; AdamW8bit has its own.</summary>
    /// <value>The default is f32.</value>
    public StateType State { get; init; }

    /// <summary>Sequences of a pass.</summary>
    /// <value>The default is 16.</value>
    public int Batch { get; init; } = 16;

    /// <summary>Tokens of a sequence.</summary>
    /// <value>The default is 256.</value>
    public int Sequence { get; init; } = 256;

    /// <summary>Whether blocks are computed again in the backward pass.</summary>
    /// <value>The default is false.</value>
    public bool CheckpointBlocks { get; init; }

    /// <summary>Tokens of a pass.</summary>
    public long Tokens => (long)Batch * Sequence;

    /// <summary>Whether the method reads <see cref="Rank"/>.</summary>
    public bool HasRank => Method is not (TrainingMethod.AdamW or TrainingMethod.AdamW8bit or TrainingMethod.Sgd);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Batch < 1 || Sequence < 1 || Tokens > 1 << 28)
        {
            yield return $"batch-size and sequence must be at least 1, and {1 << 28} tokens together at most.";
        }

        if (Sequence > Model.Context)
        {
            yield return $"sequence {Sequence} is longer than the context of {Model.Name}, {Model.Context} tokens.";
        }

        if (HasRank && (Rank < 1 || Rank > Model.LargestRank))
        {
            WeightShape smallest = Model.Weights.Where(weight => weight.Part == WeightPart.Block).MinBy(weight => weight.Smaller)!;
            yield return $"rank {Rank} does not lie between 1 and {Model.LargestRank}: the smallest matrix of {Model.Name} is "
                + $"{smallest.Name}, {smallest.Rows} x {smallest.Columns}.";
        }
    }
}
