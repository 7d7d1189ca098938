namespace Palimpsest.Federation.Experiment;

/// <summary>What of the embedded world clients have.</summary>
public enum FederateWorld
{
    /// <summary>Owners with facts of their own; each client is one.</summary>
    Facts,

    /// <summary>Short texts about people, whose profession is to be named; dealt out to clients by profession.</summary>
    Biographies,
}
