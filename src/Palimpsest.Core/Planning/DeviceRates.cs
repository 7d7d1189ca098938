namespace Palimpsest.Planning;

/// <summary>What devices can do at best, and how they are joined.</summary>
/// <param name="Devices">How many there are.</param>
/// <param name="Bandwidth">Bytes a second that a device sends and receives at once.</param>
/// <param name="MatmulRate">Floating-point operations a second of matrix products.</param>
/// <param name="MemoryBandwidth">Bytes a second between a device and its memory.</param>
public sealed record DeviceRates(int Devices, double Bandwidth, double MatmulRate, double MemoryBandwidth);
