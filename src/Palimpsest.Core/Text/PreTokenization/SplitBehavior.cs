namespace Palimpsest.Text.PreTokenization;

/// <summary>What becomes of the matches of a split.</summary>
internal enum SplitBehavior
{
    /// <summary>They are left out.</summary>
    Removed,

    /// <summary>Each is a piece.</summary>
    Isolated,

    /// <summary>Each is the end of the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>Each is the beginning of the piece after it.</summary>
    MergedWithNext,

    /// <summary>Each row of them is a piece.</summary>
    Contiguous,
}
