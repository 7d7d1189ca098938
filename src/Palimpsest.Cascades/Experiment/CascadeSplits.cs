namespace Palimpsest.Cascades.Experiment;

/// <summary>The certificate over random splits into calibration and test.</summary>
/// <param name="Count">Number of splits.</param>
/// <param name="Held">Share in which no tier's error on the rest exceeded the limit.</param>
/// <param name="Certified">Share in which at least one tier could be certified.</param>
/// <param name="MeanDeferred">Mean share of the questions that the first tier passes on.</param>
/// <param name="Worst">The largest excess seen.</param>
public sealed record CascadeSplits(int Count, double Held, double Certified, double MeanDeferred, double Worst);
