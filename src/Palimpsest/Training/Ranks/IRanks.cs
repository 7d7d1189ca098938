using static TorchSharp.torch;

namespace Palimpsest.Training.Ranks;

/// <summary>Processes that train one model side by side, each on its share of every step's batches. All make the same calls in the same order; each waits for
/// the
/// others.</summary>
public interface IRanks
{
    /// <summary>Number of this process, from 0. The first one writes.</summary>
    int Rank { get; }

    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>Bytes of everything that this process has handed to <see cref="Sum(Tensor)"/> so far: what data-parallel training has to communicate,
    /// whatever the
    /// way the library does it.</summary>
    long BytesSummed { get; }

    /// <summary>Puts the sum over all processes in the place of the values, the same bits everywhere.</summary>
    /// <param name="values">f32 or f64, contiguous, on the CPU; the same shape everywhere.</param>
    void Sum(Tensor values);

    /// <summary>As <see cref="Sum(Tensor)"/>, for a few numbers; not counted.</summary>
    void Sum(Span<double> values);

    /// <summary>Puts the first process' bytes in the place of those of the others.</summary>
    /// <param name="bytes">The same length everywhere.</param>
    void FromFirst(Span<byte> bytes);
}
