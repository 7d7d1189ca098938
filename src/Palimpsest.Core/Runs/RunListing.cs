namespace Palimpsest.Runs;

/// <summary>A run as <see cref="RunFolder.List"/> finds it.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Info">What it says about itself; a run that nobody works on any more is <see cref="RunStatus.Interrupted"/>.</param>
public sealed record RunListing(string Path, RunInfo Info);
