namespace Palimpsest.Runs;

/// <summary>How a run stands.</summary>
public enum RunStatus
{
    /// <summary>A process works on it and holds its lock.</summary>
    Running,

    /// <summary>It was running, but no process holds its lock any more: it crashed or was killed and can be resumed.</summary>
    Interrupted,

    /// <summary>It reached its end.</summary>
    Finished,

    /// <summary>It ended with an error; <see cref="RunInfo.Problem"/> says which.</summary>
    Failed,

    /// <summary>A person stopped it; it can be resumed.</summary>
    Stopped,
}
