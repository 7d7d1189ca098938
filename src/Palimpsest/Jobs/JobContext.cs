using Palimpsest.Runs;

namespace Palimpsest.Jobs;

/// <summary>What a running job needs besides its recipe.</summary>
/// <param name="Run">The run's folder, locked by this process.</param>
/// <param name="Log">Where the job tells what it does.</param>
/// <param name="Stop">Ends the job at the next step, with a checkpoint.</param>
public sealed record JobContext(RunFolder Run, IJobLog Log, CancellationToken Stop = default);
