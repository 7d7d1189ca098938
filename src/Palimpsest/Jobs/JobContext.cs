using Palimpsest.Runs;

namespace Palimpsest.Jobs;

/// <summary>What a running job needs besides its recipe.</summary>
/// <param name="Folder">The run's folder.</param>
/// <param name="Log">Where it tells what it does.</param>
/// <param name="Stop">Ends the job at the next step, with a checkpoint.</param>
public sealed record JobContext(string Folder, IJobLog Log, CancellationToken Stop = default);
