namespace Palimpsest.Training.Schedules;

/// <summary>The form of a rise or a fall of the learning rate.</summary>
public enum RampShape
{
    /// <summary>A straight line.</summary>
    Linear,

    /// <summary>Half a cosine.</summary>
    Cosine,

    /// <summary>One minus a square root: falls fast at first and slowly at the end.</summary>
    OneMinusSqrt,
}
