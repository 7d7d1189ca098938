using Palimpsest.Data;
using Palimpsest.Evaluation;
using Palimpsest.Numerics;

namespace Palimpsest.Federation.Clients;

/// <summary>The clients of a federation: how many there are, and what each one learns from and is asked. Nothing of a client is kept; its examples are read
/// as they are used, so that memory does not grow with what the clients have.</summary>
/// <remarks>Safe for several threads.</remarks>
public abstract class ClientPopulation
{
    /// <summary>Whose data these are, for people.</summary>
    public abstract string Subject { get; }

    /// <summary>How many clients there are.</summary>
    public abstract int Count { get; }

    /// <summary>The completions that there are, in ordinal order, if these are a classification; else none.</summary>
    public abstract IReadOnlyList<string> Labels { get; }

    /// <summary>A client's name.</summary>
    /// <param name="client">Its number.</param>
    public abstract string NameOf(int client);

    /// <summary>What a client learns from, in a fixed order; maybe nothing.</summary>
    /// <param name="client">Its number.</param>
    /// <exception cref="PalimpsestException">The data cannot be read, or have changed.</exception>
    public abstract IEnumerable<TextExample> Training(int client);

    /// <summary>What a client is asked and does not learn from, in a fixed order; maybe nothing. Where there is one completion only, its loss counts
    /// alone.</summary>
    /// <param name="client">Its number.</param>
    /// <exception cref="PalimpsestException">The data cannot be read, or have changed.</exception>
    public abstract IEnumerable<ChoiceItem> HeldOut(int client);

    /// <summary>What all clients are asked, each item as likely as any other to be among those that are taken.</summary>
    /// <param name="most">Most items; 0 for all.</param>
    /// <param name="random">Draws them.</param>
    /// <returns>By client, in order; empty if no client holds anything out.</returns>
    public IReadOnlyList<ChoiceItem> Pooled(int most, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(random);

        // Algorithm R (Vitter 1985): one pass, and no more in memory than is taken.
        List<(long Place, ChoiceItem Item)> taken = [];
        long seen = 0;
        foreach (ChoiceItem item in Enumerable.Range(0, Count).SelectMany(HeldOut))
        {
            if (most == 0 || taken.Count < most)
            {
                taken.Add((seen, item));
            }
            else if (random.NextInt(checked((int)seen + 1)) is int place && place < most)
            {
                taken[place] = (seen, item);
            }

            seen++;
        }

        return [.. taken.OrderBy(entry => entry.Place).Select(entry => entry.Item)];
    }
}
