using System.Globalization;

namespace Palimpsest.Numerics.Frames;

/// <summary>What a client could not send so far, added to what it sends next: nothing is lost for good.</summary>
/// <remarks>
/// Seide et al., 1-bit SGD, Interspeech 2014; Karimireddy et al., Error feedback fixes SignSGD, arXiv 1901.09847. Clients need a state for it.
/// Not thread-safe.
/// </remarks>
public sealed class ErrorFeedback
{
    private readonly float[] _residual;

    /// <summary>A residual of zeros.</summary>
    /// <param name="n">Length of the vectors.</param>
    public ErrorFeedback(int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        _residual = new float[n];
    }

    /// <summary>A residual that somebody keeps.</summary>
    /// <param name="residual">e, [n]; read and written in place.</param>
    public ErrorFeedback(float[] residual) => _residual = residual ?? throw new ArgumentNullException(nameof(residual));

    /// <summary>e, [n]: read it for a checkpoint and write it back from one.</summary>
    public Span<float> Residual => _residual;

    // x <- x + e
    /// <summary>Adds to an update what was left of the ones before.</summary>
    /// <param name="update">x, [n]; becomes x + e, which is what has to be encoded.</param>
    public void Correct(Span<float> update)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(update.Length, _residual.Length, nameof(update));
        for (int i = 0; i < update.Length; i++)
        {
            update[i] += _residual[i];
        }
    }

    // e <- (x + e) - Q(x + e)
    /// <summary>Keeps what the sent form of an update lacks.</summary>
    /// <param name="corrected">x + e, [n].</param>
    /// <param name="sent">Q(x + e), [n]: what the receiver decodes, 0 where nothing was sent.</param>
    /// <exception cref="PalimpsestException">A difference is not finite; it would spoil all updates to come.</exception>
    public void Keep(ReadOnlySpan<float> corrected, ReadOnlySpan<float> sent)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(corrected.Length, _residual.Length, nameof(corrected));
        ArgumentOutOfRangeException.ThrowIfNotEqual(sent.Length, _residual.Length, nameof(sent));
        for (int i = 0; i < sent.Length; i++)
        {
            float left = corrected[i] - sent[i];
            _residual[i] = float.IsFinite(left) ? left : throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture,
                $"Entry {i} of an update is {corrected[i]} and was sent as {sent[i]}: what is left is not finite. The training has diverged: lower the rate."));
        }
    }
}
