using Palimpsest.Numerics;
using Palimpsest.Training;

namespace Palimpsest.Federation.Rounds;

/// <summary>How a client trains in one round.</summary>
public sealed record LocalTraining
{
    /// <summary>Epochs, batches and the optimizer.</summary>
    public required LocalOptions Options { get; init; }

    /// <summary>The client's own draws of this round.</summary>
    public required RandomStream Random { get; init; }

    /// <summary>Share of its steps that the client does, rounded up, in (0, 1]: less than 1 for a straggler.</summary>
    /// <value>The default is 1.</value>
    public double Share { get; init; } = 1;

    /// <summary>The coordinates that may change; the others keep the bits they have at the start, whatever the optimizer. Null for all.</summary>
    /// <value>The default is null.</value>
    public BitMask? Trained { get; init; }

    /// <summary>Change the gradients before each step: proximal terms, control variates.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<IGradientEdit> Edits { get; init; } = [];

    /// <summary>Ends the training between two steps.</summary>
    /// <value>The default is never.</value>
    public CancellationToken Stop { get; init; }
}
