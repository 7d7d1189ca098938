namespace Palimpsest.Unlearning.SiftMasks;

/// <summary>What the sum of task vectors is divided by.</summary>
public enum SiftDivisor
{
    /// <summary>The number of owners T: the paper's plain average.</summary>
    Owners,

    /// <summary>In each entry the number of owners whose masks use it: the mean over those who have something there, instead of an α of about 1 / density.</summary>
    Masks,
}
