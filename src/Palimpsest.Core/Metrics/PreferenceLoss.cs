namespace Palimpsest.Metrics;

/// <summary>A loss of one pair and its gradient.</summary>
/// <param name="Value">The loss.</param>
/// <param name="ChosenGradient">Its derivative by ln π of the preferred answer.</param>
/// <param name="RejectedGradient">Its derivative by ln π of the rejected answer.</param>
public readonly record struct PreferenceLoss(double Value, double ChosenGradient, double RejectedGradient);
