namespace Palimpsest.Runs.Claims;

/// <summary>What makes the values of two arms belong together.</summary>
public enum Pairing
{
    /// <summary>Nothing: the arms ran independently.</summary>
    None,

    /// <summary>The seed: both arms saw the same data in the same order, and what they share cancels out.</summary>
    Seed,

    /// <summary>The item: both arms were asked the same owners, questions or documents in the same order. The interval is over items, so that a run too long for several seeds has one; of one seed it says nothing about others.</summary>
    Item,
}
