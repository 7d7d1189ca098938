namespace Palimpsest.Privacy;

/// <summary>What an accountant by Rényi differential privacy has proven.</summary>
/// <param name="Value">ε or δ, as asked.</param>
/// <param name="Order">The order at which the bound is best; NaN if no order proves anything.</param>
/// <param name="AtEdge">Whether that is the first or the last order of the grid: a wider grid might prove more.</param>
public readonly record struct RdpBound(double Value, double Order, bool AtEdge);
