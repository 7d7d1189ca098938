namespace Palimpsest.Runs;

/// <summary>Where a job tells what it does while it runs: a terminal, a file, or nobody.</summary>
public interface IJobLog
{
    /// <summary>One plain sentence.</summary>
    void Say(string sentence);

    /// <summary>How far the work of a stage has come; called often.</summary>
    void Progress(JobProgress progress);
}
