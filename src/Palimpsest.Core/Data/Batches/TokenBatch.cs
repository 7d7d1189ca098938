namespace Palimpsest.Data.Batches;

/// <summary>Sequences of one forward pass, padded on the right with token 0.</summary>
/// <param name="Ids">[batch * time]</param>
/// <param name="Batch">Rows.</param>
/// <param name="Time">Length of a row.</param>
/// <param name="Rows">Positions that have a target, indices into <paramref name="Ids"/>.</param>
/// <param name="Targets">The token that follows each of them, or the class of the sequence that ends there.</param>
/// <param name="Tokens">Real tokens, without padding.</param>
public sealed record TokenBatch(long[] Ids, int Batch, int Time, long[] Rows, long[] Targets, int Tokens)
{
    /// <summary>The id of padding in <see cref="Documents"/>.</summary>
    public const long Padding = -1;

    /// <summary>[batch * time], the position of each token in its own document, 0 for padding; null where a row holds one document from its start.</summary>
    public long[]? Positions { get; init; }

    /// <summary>
    /// [batch * time], the number of each token's document in its row from 0, <see cref="Padding"/> for padding; null where a row holds one document. A token may attend to those before it with the
    /// same number, so attention is block-diagonal; padding attends to padding, so that no row of the attention is empty.
    /// </summary>
    public long[]? Documents { get; init; }

    /// <summary>[batch * time], 0 for the first text of a pair and 1 for the second; null where there are no pairs.</summary>
    public long[]? Segments { get; init; }

    /// <summary>Length of each row without its padding; null where rows were not made of sequences, and then nothing is padding.</summary>
    public IReadOnlyList<int>? Lengths { get; init; }

    /// <summary>[batch * time], 1 for real tokens and 0 for padding.</summary>
    public long[] RealTokens()
    {
        long[] real = new long[Ids.Length];
        for (int row = 0; row < Batch; row++)
        {
            real.AsSpan(row * Time, Lengths?[row] ?? Time).Fill(1);
        }

        return real;
    }

    /// <summary>Joins sequences, each in a row of its own that is as long as the longest.</summary>
    /// <param name="sequences">At least one; none of them empty.</param>
    public static TokenBatch Of(IReadOnlyList<TokenSequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        int time = sequences.Max(sequence => sequence.Ids.Length);
        return Join([.. sequences.Select(sequence => new[] { sequence })], time, documents: false);
    }

    /// <summary>Joins rows of several sequences, with <see cref="Positions"/> and <see cref="Documents"/>.</summary>
    /// <param name="rows">The sequences of each row; at least one row, no sequence empty.</param>
    /// <param name="time">Length of a row.</param>
    /// <exception cref="ArgumentException">A row is longer.</exception>
    public static TokenBatch Packed(IReadOnlyList<IReadOnlyList<TokenSequence>> rows, int time)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return rows.All(row => row.Sum(sequence => sequence.Ids.Length) <= time) ? Join(rows, time, documents: true) : throw new ArgumentException($"A row has more than {time} tokens.", nameof(rows));
    }

    private static TokenBatch Join(IReadOnlyList<IReadOnlyList<TokenSequence>> rows, int time, bool documents)
    {
        long[] ids = new long[rows.Count * time], positions = new long[documents ? ids.Length : 0], numbers = new long[positions.Length];
        numbers.AsSpan().Fill(Padding);
        List<long> sources = [], targets = [];
        int tokens = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            int at = row * time;
            for (int document = 0; document < rows[row].Count; document++)
            {
                TokenSequence sequence = rows[row][document];
                for (int i = 0; i < sequence.Ids.Length; i++, at++)
                {
                    ids[at] = sequence.Ids[i];
                    if (documents)
                    {
                        (positions[at], numbers[at]) = (i, document);
                    }

                    if (sequence.IsTarget(i))
                    {
                        sources.Add(at - 1);
                        targets.Add(sequence.Ids[i]);
                    }
                }

                if (sequence.Label is int label)
                {
                    sources.Add(at - 1);
                    targets.Add(label);
                }

                tokens += sequence.Ids.Length;
            }
        }

        return new TokenBatch(ids, rows.Count, time, [.. sources], [.. targets], tokens)
        {
            Positions = documents ? positions : null,
            Documents = documents ? numbers : null,
            Lengths = [.. rows.Select(row => row.Sum(sequence => sequence.Ids.Length))],
        };
    }
}
