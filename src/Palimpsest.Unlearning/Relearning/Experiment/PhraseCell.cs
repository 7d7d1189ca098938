using System.Text.Json.Serialization;

namespace Palimpsest.Unlearning.Relearning.Experiment;

/// <summary>One relearning: where it began, what was learnt again, and its course.</summary>
/// <param name="Arm">The way of unlearning with its depth, such as "graddiff-1.5x", or "never-saw".</param>
/// <param name="Repetitions">How often the pair stood in the lists.</param>
/// <param name="UnlearnSteps">Steps of unlearning before.</param>
/// <param name="Set">What was learnt again.</param>
/// <param name="Course">From before the first step of relearning.</param>
public sealed record PhraseCell(string Arm, int Repetitions, int UnlearnSteps, PhraseSet Set, IReadOnlyList<PhrasePoint> Course)
{
    /// <summary>The best of the course.</summary>
    [JsonIgnore]
    public PhrasePoint Best => Course.MaxBy(point => point.Success)!;
}
