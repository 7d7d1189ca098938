using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.SiftMasks;

/// <summary>The batches of one owner's examples, without end: all of them in every batch where they fit, else one shuffled epoch after the other in batches of equal size. A batch comes in <see cref="Parts"/> of similar lengths, so that little of it is padding.</summary>
internal sealed class OwnerBatches : IBatchSource<TokenBatch>
{
    // Another pass over the weights costs about as much as so many tokens more.
    private const int PartCost = 64, MostParts = 8;

    private readonly IReadOnlyList<TokenSequence> _sequences;
    private readonly RandomStream _random;
    private readonly int _perEpoch;
    private long _served;
    private TokenBatch[] _step = [];

    /// <param name="sequences">The owner's examples as tokens, at least one.</param>
    /// <param name="batchSize">Most examples of a batch.</param>
    /// <param name="random">Shuffles; every epoch takes a stream of its own from it.</param>
    public OwnerBatches(IReadOnlyList<TokenSequence> sequences, int batchSize, RandomStream random)
    {
        (_sequences, _random) = (sequences, random);
        _perEpoch = (sequences.Count + batchSize - 1) / batchSize;

        // What suits a batch of evenly spread lengths suits all.
        int[] lengths = [.. sequences.Select(sequence => sequence.Ids.Length).Order()];
        int[] typical = [.. lengths.Where((_, i) => i % _perEpoch == _perEpoch - 1)];
        Parts = Enumerable.Range(1, Math.Min(MostParts, typical.Length)).MinBy(parts => Split(typical, parts).Tokens + (parts * PartCost));
    }

    /// <summary>Parts of every batch; a step accumulates over them.</summary>
    public int Parts { get; }

    /// <inheritdoc/>
    public TokenBatch Next()
    {
        (long step, long part) = Math.DivRem(_served++, Parts);
        if (_step.Length == 0 || (part == 0 && _perEpoch > 1))
        {
            _step = Step(step);
        }

        return _step[part];
    }

    /// <inheritdoc/>
    public string SaveCursor() => _served.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void RestoreCursor(string cursor)
    {
        _served = long.Parse(cursor, CultureInfo.InvariantCulture);
        _step = Step(_served / Parts);
    }

    private TokenBatch[] Step(long step)
    {
        (long epoch, long place) = Math.DivRem(step, _perEpoch);
        int[] order = [.. Enumerable.Range(0, _sequences.Count)];
        if (_perEpoch > 1)
        {
            _random.Child("epoch", epoch.ToString(CultureInfo.InvariantCulture)).Shuffle<int>(order);
        }

        int from = (int)(place * order.Length / _perEpoch), to = (int)((place + 1) * order.Length / _perEpoch);
        TokenSequence[] batch = [.. order[from..to].Select(i => _sequences[i]).OrderBy(sequence => sequence.Ids.Length)];
        int[] ends = Split([.. batch.Select(sequence => sequence.Ids.Length)], Parts).Ends;
        return [.. ends.Select((end, i) => TokenBatch.Of(batch[(i == 0 ? 0 : ends[i - 1])..end]))];
    }

    /// <summary>Cuts sorted lengths into so many runs with the fewest tokens when each is padded to its longest.</summary>
    private static (int Tokens, int[] Ends) Split(int[] lengths, int parts)
    {
        int count = lengths.Length;
        int[,] tokens = new int[parts + 1, count + 1], start = new int[parts + 1, count + 1];
        for (int end = 1; end <= count; end++)
        {
            tokens[0, end] = int.MaxValue;
        }

        for (int part = 1; part <= parts; part++)
        {
            for (int end = part; end <= count; end++)
            {
                tokens[part, end] = int.MaxValue;
                for (int from = part - 1; from < end; from++)
                {
                    int padded = (end - from) * lengths[end - 1];
                    if (tokens[part - 1, from] < int.MaxValue - padded && tokens[part - 1, from] + padded < tokens[part, end])
                    {
                        (tokens[part, end], start[part, end]) = (tokens[part - 1, from] + padded, from);
                    }
                }
            }
        }

        int[] ends = new int[parts];
        for (int part = parts, end = count; part > 0; end = start[part, end], part--)
        {
            ends[part - 1] = end;
        }

        return (tokens[parts, count], ends);
    }
}
