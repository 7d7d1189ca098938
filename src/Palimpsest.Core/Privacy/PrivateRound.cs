namespace Palimpsest.Privacy;

/// <summary>One round: who was drawn, and the sum of what they send, clipped as it arrives. Released once. Not safe for use by several threads at
/// once.</summary>
public sealed class PrivateRound
{
    private readonly PrivateAggregator _owner;
    private readonly HashSet<long> _waiting;
    private readonly double[] _sum;
    private double _bits;
    private bool _released;

    internal PrivateRound(PrivateAggregator owner, IReadOnlyList<long> participants, int length)
    {
        (_owner, Participants, _sum) = (owner, participants, new double[length]);
        _waiting = [.. participants];
    }

    /// <summary>Indices of the units that were drawn, ascending; maybe none. Keep them from the eyes of those that the guarantee protects against.</summary>
    public IReadOnlyList<long> Participants { get; }

    /// <summary>Takes a unit's contribution in. One that never comes counts as zero.</summary>
    /// <param name="participant">One of <see cref="Participants"/>, once.</param>
    /// <param name="update">All that the unit contributes; a part that is not finite makes the whole of it zero.</param>
    /// <exception cref="PalimpsestException">It was not drawn, came before, has another length, or the round is over.</exception>
    public void Add(long participant, ReadOnlySpan<float> update)
    {
        if (_released || update.Length != _sum.Length || !_waiting.Remove(participant))
        {
            throw new PalimpsestException(_released ? "The round is over: its sum has been released. Begin another one."
                : update.Length != _sum.Length
                    ? $"The update of unit {participant} has {update.Length} values instead of {_sum.Length}. Send the layout that was agreed on."
                : $"Unit {participant} was not drawn for this round, or was added before. Only those drawn count, each once: the bound rests on it.");
        }

        double norm = Clipping.Norm(update), scale = Clipping.Scale(norm, _owner.Clip);

        // ±1/2 instead of 0 and 1 halves what one unit can change, which is what the split of the noise counts on.
        _bits += norm <= _owner.Clip ? 0.5 : -0.5;
        if (scale > 0)
        {
            Clipping.AddScaled(update, scale, _sum);
        }
    }

    /// <summary>Adds the noise, divides by the expected number of units and ends the round.</summary>
    /// <param name="average">Filled whole: (Σ clipped + N(0, (σ C)²)) / m.</param>
    /// <exception cref="PalimpsestException">The round is over.</exception>
    public void Release(Span<float> average)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(average.Length, _sum.Length);
        if (_released)
        {
            throw new PalimpsestException("The round is over: a second release of its sum would cost a second budget. Begin another round.");
        }

        _released = true;
        _owner.Finish(this, _sum, _bits, average);
        Array.Clear(_sum);
    }
}
