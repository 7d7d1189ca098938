using Palimpsest.Data.Batches;

namespace Palimpsest.Unlearning.Relearning.Sets;

/// <summary>What a model learns again, as tokens.</summary>
/// <param name="Name">Its name, as in recipes.</param>
/// <param name="Sequences">What is learnt, at least one.</param>
public sealed record RelearnSet(string Name, IReadOnlyList<TokenSequence> Sequences)
{
    /// <summary>Texts that were left out because an answer is in them.</summary>
    public int Told { get; init; }

    /// <summary>Texts that were left out because they do not fit into the model's context.</summary>
    public int TooLong { get; init; }

    /// <summary>Whether the answers themselves are learnt, so that what comes back says nothing about what was still there.</summary>
    public bool HasAnswers { get; init; }

    /// <summary>Tokens that are learnt in a pass over the set.</summary>
    public int Tokens => Sequences.Sum(sequence => sequence.Targets);
}
