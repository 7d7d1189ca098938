namespace Palimpsest.Unlearning.Approximate;

/// <summary>Which other answers to the prompts of forget rows a method learns.</summary>
internal enum AlternateAnswers
{
    /// <summary>None.</summary>
    None,

    /// <summary>A refusal such as "I don't know", drawn anew each time.</summary>
    Refusals,

    /// <summary>Plausible other answers, given with the data.</summary>
    Given,
}
