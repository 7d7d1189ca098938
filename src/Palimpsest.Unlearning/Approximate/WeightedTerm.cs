namespace Palimpsest.Unlearning.Approximate;

/// <summary>A term with its weight in the loss: weight * (sum / count - offset).</summary>
/// <param name="Name">As the log names it.</param>
/// <param name="Weight">Its factor.</param>
/// <param name="Term">The term.</param>
/// <param name="Offset">What is subtracted from the mean.</param>
internal sealed record WeightedTerm(string Name, double Weight, IUnlearningTerm Term, double Offset = 0);
