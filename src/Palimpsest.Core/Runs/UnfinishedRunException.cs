namespace Palimpsest.Runs;

/// <summary>A run is asked for what it has only at its end.</summary>
/// <param name="folder">Folder of the run.</param>
public sealed class UnfinishedRunException(string folder) : PalimpsestException($"{folder}: this run has not come to its end. Resume it first.")
{
    /// <summary>Folder of the run.</summary>
    public string Folder { get; } = folder;
}
