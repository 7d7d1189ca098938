using Palimpsest.Numerics.Frames;

namespace Palimpsest.Federation.Rounds;

/// <summary>What came of a client in a round, as a worker hands it to the server.</summary>
/// <param name="Client">The client's number.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Download">Bytes that were sent to it.</param>
internal sealed record ClientAnswer(int Client, ClientOutcome Outcome, Traffic Download)
{
    /// <summary>Bytes that it sent.</summary>
    public Traffic Upload { get; init; }

    /// <summary>What its training came to, as it says.</summary>
    public LocalResult Result { get; init; }

    /// <summary>Why it was refused.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Its update and its changes of the variates as they were decoded, one after the other; from the pool. Null but for an answer.</summary>
    public float[]? Contribution { get; init; }

    /// <summary>How much it counts.</summary>
    public double Weight { get; init; }
}
