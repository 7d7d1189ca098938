using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>An owner's vector and mask, made and ready to be put into a store.</summary>
/// <param name="Name">The owner's name.</param>
/// <param name="Vector">The task vector. [count]</param>
/// <param name="Mask">Where its fixed-point codes are not zero.</param>
/// <param name="SumCheck">Its part of the store's check.</param>
/// <param name="Manifest">How it was made.</param>
public sealed record TunedOwner(string Name, float[] Vector, BitMask Mask, ulong SumCheck, ReplayManifest Manifest);
