namespace Palimpsest.Federation.Rounds;

/// <summary>What becomes of clients that are not done in time.</summary>
public enum StragglerRule
{
    /// <summary>They send what a part of their steps has come to: FedProx's setting.</summary>
    Partial,

    /// <summary>They are left out.</summary>
    Drop,
}
