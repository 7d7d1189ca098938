namespace Palimpsest.Data;

/// <summary>An owner and how much data it has.</summary>
/// <param name="Owner">Its slug.</param>
/// <param name="Examples">How many examples it has.</param>
public readonly record struct OwnerCount(string Owner, long Examples);
