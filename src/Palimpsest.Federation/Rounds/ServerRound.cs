using Palimpsest.Numerics;

namespace Palimpsest.Federation.Rounds;

/// <summary>What the server knows in a round.</summary>
/// <param name="Number">Rounds before this one.</param>
/// <param name="Rounds">Rounds of the whole federation.</param>
/// <param name="Layout">Of what is trained.</param>
/// <param name="Weights">The server's weights, which stay as they are until all clients have answered. [count]</param>
/// <param name="Clients">Who takes part, ascending.</param>
/// <param name="Random">Draws of the round; a purpose takes a child of its own.</param>
public sealed record ServerRound(int Number, int Rounds, ParameterLayout Layout, ReadOnlyMemory<float> Weights, IReadOnlyList<int> Clients, RandomStream Random)
{
    /// <summary>Whether clients count by their examples, and not alike.</summary>
    /// <value>The default is false.</value>
    public bool ByExamples { get; init; }
}
