namespace Palimpsest.Runs;

/// <summary>What makes the values of two arms belong together.</summary>
public enum Pairing
{
    /// <summary>Nothing: the arms ran independently.</summary>
    None,

    /// <summary>The seed: both arms saw the same data in the same order, and what they share cancels out.</summary>
    Seed,
}
