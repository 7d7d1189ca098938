namespace Palimpsest.Unlearning.Relearning.Experiment;

/// <summary>What a model learns again. Only <see cref="DirectPair"/> holds the pair's second name.</summary>
public enum PhraseSet
{
    /// <summary>The forgotten lists up to the pair's first name.</summary>
    Prefix,

    /// <summary>As many lists of the same lengths, of names that no list had.</summary>
    OtherNames,

    /// <summary>As many rows of the same lengths of tokens drawn at random, repeats and all.</summary>
    RandomTokens,

    /// <summary>The forgotten lists up to the pair's second name: the upper bound.</summary>
    DirectPair,
}
