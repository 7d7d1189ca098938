namespace Palimpsest.Federation.Experiment;

/// <summary>An evaluation in the course of a federation.</summary>
/// <param name="Round">Rounds taken.</param>
/// <param name="Bytes">Bytes both ways until then.</param>
/// <param name="Loss">Held-out loss in nats a token, or an item of a classification.</param>
/// <param name="Accuracy">Share of right items; null where nothing can be right.</param>
public sealed record FederatePoint(int Round, long Bytes, double Loss, double? Accuracy);
