namespace Palimpsest.Federation.Rounds;

/// <summary>The aggregation of one round.</summary>
public interface IAggregation
{
    /// <summary>Who takes part, ascending; maybe nobody.</summary>
    IReadOnlyList<int> Clients { get; }

    /// <summary>Takes a client's contribution in. They come in the order of <see cref="Clients"/>; those of clients that dropped out never come.</summary>
    /// <param name="client">One of <see cref="Clients"/>, once.</param>
    /// <param name="contribution">Finite; may be changed. [length]</param>
    /// <param name="weight">Above 0.</param>
    void Add(int client, Span<float> contribution, double weight);

    /// <summary>Ends the round.</summary>
    /// <param name="average">Receives the average. [length]</param>
    /// <returns>Whether there is one: false if nobody answered and nothing has to be released.</returns>
    bool Finish(Span<float> average);
}
