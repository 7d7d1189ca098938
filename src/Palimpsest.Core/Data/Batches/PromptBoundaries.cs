using System.Globalization;

namespace Palimpsest.Data.Batches;

/// <summary>Counts where a token of the whole text would have crossed from a prompt into its completion, so that the two were encoded apart
/// (<see cref="ExampleEncoder"/>). Safe for several threads.</summary>
public sealed class PromptBoundaries
{
    private long _sequences;
    private long _apart;

    /// <summary>Sequences with a prompt so far; an example that is encoded again counts again.</summary>
    public long Sequences => Interlocked.Read(ref _sequences);

    /// <summary>Those of them whose completion was encoded apart, at one border at least.</summary>
    public long Apart => Interlocked.Read(ref _apart);

    /// <summary>A sentence for people, or null where it never happened.</summary>
    public string? Sentence => Apart == 0 ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"In {Apart:N0} of {Sequences:N0} rows with a prompt (counted each time they were encoded) "
        + $"a token would have crossed from the prompt into the answer: the two were encoded apart, as the model sees them when it is asked.");

    /// <summary>Counts a sequence with a prompt.</summary>
    internal void Count(bool apart)
    {
        Interlocked.Increment(ref _sequences);
        if (apart)
        {
            Interlocked.Increment(ref _apart);
        }
    }
}
