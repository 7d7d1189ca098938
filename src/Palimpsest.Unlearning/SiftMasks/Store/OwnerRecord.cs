namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>An owner that is in a store.</summary>
/// <param name="Id">A random number of 128 bits in hexadecimal; the only thing that stays of an owner after it left.</param>
/// <param name="Name">The owner's name.</param>
/// <param name="Added">When, in UTC.</param>
/// <param name="Density">Share of the parameters that the owner's mask uses.</param>
/// <param name="MaskSha256">SHA-256 of the mask's file.</param>
/// <param name="SumCheck">The vector's part of the store's <see cref="SumCheck"/>.</param>
/// <param name="KeptVector">Whether the vector is kept, encrypted.</param>
/// <param name="Manifest">How to make the vector again.</param>
public sealed record OwnerRecord(string Id, string Name, DateTime Added, double Density, string MaskSha256, ulong SumCheck, bool KeptVector, ReplayManifest Manifest);
