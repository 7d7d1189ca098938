namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>What one arm reaches with one number of owners.</summary>
/// <param name="Arm">The method.</param>
/// <param name="Owners">Number of owners T.</param>
/// <param name="Probability">Mean probability of the true answers, one an owner asked.</param>
/// <param name="Accuracy">Share of answers chosen rightly, one an owner asked; empty where there is nothing to choose among.</param>
/// <param name="Setting">What tuning chose, in words; empty where nothing is tuned.</param>
public sealed record SiftFigure(string Arm, int Owners, IReadOnlyList<double> Probability, IReadOnlyList<double> Accuracy, string Setting = "");
