using Palimpsest.Evaluation;
using Palimpsest.Unlearning.Relearning;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>A model that an audit compares with.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Ordinary">The questions as they stand.</param>
/// <param name="Measures">The measures of published benchmarks; null where there was no time for them.</param>
/// <param name="Courses">Its curves of relearning; none for the model of before.</param>
public sealed record AuditBeside(string Model, IReadOnlyList<Measurement> Ordinary, AuditMeasures? Measures, IReadOnlyList<RelearnCourse> Courses);
