using Palimpsest.Evaluation;

namespace Palimpsest.Jobs;

/// <summary>A simple method on the same examples, for comparison.</summary>
/// <param name="Name">Its name, which is its arm in claims.</param>
/// <param name="Measurement">What it reaches.</param>
public sealed record JobBaseline(string Name, Measurement Measurement);
