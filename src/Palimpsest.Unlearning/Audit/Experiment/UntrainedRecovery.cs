using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>What comes back without training: from rounded weights, or from drawing several answers.</summary>
/// <param name="Attack">What was done.</param>
/// <param name="Found">Share of the questions to be forgotten that are answered, after it.</param>
/// <param name="Before">The same without it, greedily.</param>
/// <param name="Control">The control after the same; null without one.</param>
/// <param name="Beyond">The model's gain beyond the control's, with its interval over subjects; null without a control.</param>
public sealed record UntrainedRecovery(string Attack, double Found, double Before, double? Control, Interval? Beyond);
