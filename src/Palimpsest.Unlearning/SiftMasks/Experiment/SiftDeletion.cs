namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>A point of the course of deletions.</summary>
/// <param name="Deleted">Owners that have left.</param>
/// <param name="HeldIn">Mean answer probability of those who stay, served by their masks.</param>
/// <param name="HeldOut">Mean answer probability of all, those who left served without a mask.</param>
/// <param name="Forgotten">Mean answer probability of those who left, served without a mask.</param>
/// <param name="EqualsFresh">Whether the sum equals, bit for bit, one built from those who stay.</param>
public sealed record SiftDeletion(int Deleted, double HeldIn, double HeldOut, double Forgotten, bool EqualsFresh);
