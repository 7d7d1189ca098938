namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>A model of an audit.</summary>
/// <param name="Name">Name in figures and reports.</param>
/// <param name="Source">A folder, a file or an embedded model.</param>
/// <param name="Exact">Whether the deletion was exact, to the bit.</param>
internal sealed record AuditSubject(string Name, string Source, bool Exact = false);
