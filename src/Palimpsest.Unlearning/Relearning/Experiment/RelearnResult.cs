namespace Palimpsest.Unlearning.Relearning.Experiment;

/// <summary>What an experiment found.</summary>
public sealed record RelearnResult
{
    /// <summary>Parameters of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>The model that has learnt all lists, before it unlearns, by the repetitions of the pair.</summary>
    public required IReadOnlyDictionary<int, PhrasePoint> Learned { get; init; }

    /// <summary>Every relearning.</summary>
    public required IReadOnlyList<PhraseCell> Cells { get; init; }

    /// <summary>Seconds in all.</summary>
    public required double Seconds { get; init; }
}
