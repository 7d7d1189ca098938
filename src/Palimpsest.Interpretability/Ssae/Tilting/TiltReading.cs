namespace Palimpsest.Interpretability.Ssae.Tilting;

/// <summary>What an estimator made of a batch.</summary>
/// <param name="Value">The loss.</param>
/// <param name="Tilt">The tilt that was used.</param>
/// <param name="EffectiveShare">Effective number of items by their weights, as a share of the batch.</param>
/// <param name="Clamped">Share of the items whose weight was cut off.</param>
public readonly record struct TiltReading(double Value, double Tilt, double EffectiveShare, double Clamped = 0);
