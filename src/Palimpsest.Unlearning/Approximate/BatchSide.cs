namespace Palimpsest.Unlearning.Approximate;

/// <summary>A part of a <see cref="ForgetRetainBatch"/>.</summary>
internal enum BatchSide
{
    /// <summary>What is to be forgotten.</summary>
    Forget,

    /// <summary>What is to stay.</summary>
    Retain,

    /// <summary>Other answers to what is to be forgotten.</summary>
    Alternates,
}
