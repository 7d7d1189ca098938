namespace Palimpsest.Unlearning.Merging;

/// <summary>Settings of DARE before the election of TIES; those of DARE.</summary>
public sealed record DareTiesOptions : DareSettings;
