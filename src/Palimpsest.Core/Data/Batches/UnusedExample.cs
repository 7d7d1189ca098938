namespace Palimpsest.Data.Batches;

/// <summary>Why nothing is learnt from an example.</summary>
internal enum UnusedExample
{
    /// <summary>Something is.</summary>
    None,

    /// <summary>It has more tokens than fit, and such examples are left out.</summary>
    TooLong,

    /// <summary>Cut to what fits, it has lost all that was to be learnt: the prompt alone fills the room.</summary>
    PromptFillsRoom,

    /// <summary>It has no token that is to be learnt.</summary>
    NothingLearnt,
}
