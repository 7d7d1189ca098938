using Palimpsest.Data;
using Palimpsest.Evaluation;

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

    /// <summary>What a client is asked, at most so much of it, spread evenly over the whole.</summary>
    /// <param name="client">Its number.</param>
    /// <param name="most">Most items; 0 for all.</param>
    public IReadOnlyList<ChoiceItem> HeldOut(int client, int most)
    {
        ChoiceItem[] all = [.. HeldOut(client)];
        return most == 0 || all.Length <= most ? all : [.. Enumerable.Range(0, most).Select(i => all[(int)((long)i * all.Length / most)])];
    }
}
