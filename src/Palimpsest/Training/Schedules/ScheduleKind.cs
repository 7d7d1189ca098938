namespace Palimpsest.Training.Schedules;

/// <summary>How the learning rate runs over the steps, after the warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>Stays at the peak.</summary>
    Constant,

    /// <summary>Half a cosine from the peak down to the floor.</summary>
    Cosine,

    /// <summary>A straight line from the peak down to the floor.</summary>
    Linear,

    /// <summary>Several halves of a cosine, each of which begins at the peak again.</summary>
    CosineWithRestarts,

    /// <summary>Stays at the peak and falls to the floor over the last part.</summary>
    WarmupStableDecay,
}
