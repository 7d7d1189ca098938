namespace Palimpsest.Training.Objectives;

/// <summary>The next token (or the class) of each example by cross-entropy; it has no settings.</summary>
public sealed record NextTokenOptions : ObjectiveOptions;
