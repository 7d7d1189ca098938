using Palimpsest.Runs;

namespace Palimpsest.Jobs.Compare;

/// <summary>Tells of a part of a larger run no more than how far it has come.</summary>
/// <param name="log">The larger run's log; null for none.</param>
/// <param name="part">Name of the part.</param>
internal sealed class PartLog(IJobLog? log, string part) : IJobLog
{
    /// <inheritdoc/>
    public void Say(string sentence)
    {
    }

    /// <inheritdoc/>
    public void Progress(JobProgress progress)
    {
        // Several parts tell one log.
        if (log is not null)
        {
            lock (log)
            {
                log.Progress(progress with { Stage = part });
            }
        }
    }
}
