namespace Palimpsest.Models.Generation;

/// <summary>Runs a model over sequences that grow by a token at a time, and remembers what it has computed.</summary>
internal interface ISequenceDecoder : IDisposable
{
    /// <summary>Tokens in memory of the only sequence, or of the longest.</summary>
    int Length { get; }

    /// <summary>Puts tokens behind each sequence.</summary>
    /// <param name="tokens">At least one for each sequence. Only a decoder of a single sequence takes tokens more than once.</param>
    /// <param name="stop">Ends early, with meaningless scores.</param>
    /// <returns>Scores of the next token, [sequences, vocabulary]; valid until the next call.</returns>
    ReadOnlySpan<float> Begin(IReadOnlyList<int[]> tokens, CancellationToken stop);

    /// <summary>Puts a token behind each sequence that is not finished.</summary>
    /// <returns>As <see cref="Begin"/>; the scores of finished sequences are meaningless.</returns>
    ReadOnlySpan<float> Step(scoped ReadOnlySpan<int> tokens, scoped ReadOnlySpan<bool> finished);

    /// <summary>Forgets all but the first tokens of the only sequence.</summary>
    void Truncate(int length);
}
