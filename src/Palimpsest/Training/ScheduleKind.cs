namespace Palimpsest.Training;

/// <summary>How the learning rate runs over the steps, after the warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>Stays at the peak.</summary>
    Constant,

    /// <summary>Half a cosine from the peak down to the floor.</summary>
    Cosine,
}
