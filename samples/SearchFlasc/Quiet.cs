using Palimpsest.Runs;

namespace SearchFlasc;

/// <summary>Keeps what runs say to itself; it is in their folders.</summary>
internal sealed class Quiet : IJobLog
{
    public void Say(string sentence)
    {
    }

    public void Progress(JobProgress progress)
    {
    }
}
