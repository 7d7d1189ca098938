using Palimpsest.Numerics;

namespace Palimpsest.Data.Batches;

/// <summary>The batches of examples that fit into memory, one shuffled epoch after the other; the last batch of an epoch may be smaller.</summary>
/// <param name="sequences">The examples as tokens, at least one.</param>
/// <param name="batchSize">Examples of a batch.</param>
/// <param name="random">Every epoch takes a stream of its own from it.</param>
public sealed class ShuffledBatches(IReadOnlyList<TokenSequence> sequences, int batchSize, RandomStream random)
    : ShuffledBatches<TokenSequence, TokenBatch>(sequences, batchSize, TokenBatch.Of, random);
