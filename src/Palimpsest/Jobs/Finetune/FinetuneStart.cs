using Palimpsest.Evaluation;

namespace Palimpsest.Jobs.Finetune;

/// <summary>What was measured before training; kept in the run's folder so that a resumed run need not load the untrained model again.</summary>
/// <param name="Measurements">The figures.</param>
/// <param name="Samples">The sample prompts and their continuations.</param>
internal sealed record FinetuneStart(IReadOnlyList<Measurement> Measurements, IReadOnlyList<JobSample> Samples);
