namespace Palimpsest.Cascades.Experiment;

/// <summary>A published accuracy at a cost.</summary>
/// <param name="Method">Whose: a model alone, or a policy at a budget.</param>
/// <param name="Accuracy">Share of right answers, as published.</param>
/// <param name="Cost">Cost of a question, as published.</param>
/// <param name="Items">Questions that it was measured on.</param>
public sealed record PublishedPoint(string Method, double Accuracy, double Cost, int Items);
