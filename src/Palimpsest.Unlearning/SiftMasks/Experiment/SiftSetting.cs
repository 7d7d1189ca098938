namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>The data of an experiment with many owners; analogues of the paper's four settings, and real data by path.</summary>
public enum SiftSetting
{
    /// <summary>Every owner has facts of its own from the embedded world: an analogue of TOFU.</summary>
    Facts,

    /// <summary>One rule for all: each owner sees some words with their labels and is asked about others. Training on all should win; an analogue of StackOverflow.</summary>
    Shared,

    /// <summary>The same words, and for every owner another order of the labels: an analogue of Reddit's conflicting preferences.</summary>
    Conflicting,

    /// <summary>Two moods and one rule, which some owners turn around; words are asked about in another wording than they were learnt in. An analogue of sentiment by user (Sent140).</summary>
    Sentiment,

    /// <summary>A file with an owner column, or with so many consecutive rows an owner.</summary>
    File,
}
