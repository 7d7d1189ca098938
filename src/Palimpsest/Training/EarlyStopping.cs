using Palimpsest.Common;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Training;

/// <summary>Ends a training whose evaluation does not get better any more.</summary>
/// <remarks>Prechelt, Early Stopping - But When?, 1998. What is compared is the loss that the evaluations give; each improvement of more than <see cref="MinDelta"/> begins the count anew.</remarks>
public sealed record EarlyStopping : IValidated
{
    /// <summary>Evaluations in a row without an improvement after which the training ends, at least 1.</summary>
    /// <value>The default is 3.</value>
    public int Patience { get; init; } = 3;

    /// <summary>An evaluation counts as an improvement if its loss is lower by more than this, at least 0.</summary>
    /// <value>The default is 0.</value>
    public double MinDelta { get; init; }

    /// <summary>Puts the weights of the best evaluation back at the end, whether that comes early or not; if not, those of the last step stay. The best checkpoint is kept in any case.</summary>
    /// <value>The default is true.</value>
    public bool RestoreBest { get; init; } = true;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Patience < 1)
        {
            yield return "patience must be at least 1.";
        }

        if (!(MinDelta >= 0) || !double.IsFinite(MinDelta))
        {
            yield return "min_delta must be a number of at least 0.";
        }
    }

    /// <summary>The state after an evaluation.</summary>
    internal TrainState After(TrainState state, double loss) =>
        state.StaleLoss is double old && !(loss < old - MinDelta) ? state with { Stale = state.Stale + 1 } : state with { StaleLoss = loss, Stale = 0 };
}
