namespace Palimpsest.Federation.Rounds;

/// <summary>How a client's part in a round has ended.</summary>
internal enum ClientOutcome
{
    /// <summary>Its contribution arrived and was found in order.</summary>
    Answered,

    /// <summary>It was sent everything and never answered, or too late.</summary>
    Dropped,

    /// <summary>It has no data.</summary>
    Empty,

    /// <summary>What arrived cannot be taken in, or its training failed.</summary>
    Refused,
}
