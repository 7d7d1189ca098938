using Palimpsest.Runs;
using Palimpsest.Training.Ranks;

namespace Palimpsest.Jobs;

/// <summary>What a running job needs besides its recipe.</summary>
/// <param name="Run">The run's folder, locked by this process.</param>
/// <param name="Log">Where the job tells what it does.</param>
/// <param name="Stop">Ends the job at the next step, with a checkpoint.</param>
public sealed record JobContext(RunFolder Run, IJobLog Log, CancellationToken Stop = default)
{
    /// <summary>The processes that do the same job beside this one, and share the batches of its training steps.</summary>
    /// <value>The default is none.</value>
    public IRanks Ranks { get; init; } = LoneRank.Instance;
}
