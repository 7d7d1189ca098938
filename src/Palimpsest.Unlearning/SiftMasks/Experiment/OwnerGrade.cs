namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>What an owner's questions found.</summary>
/// <param name="Probability">Mean over the questions of p(answer | question)^(1 / tokens).</param>
/// <param name="Accuracy">Share answered rightly by likelihood; NaN without alternatives.</param>
internal readonly record struct OwnerGrade(double Probability, double Accuracy);
