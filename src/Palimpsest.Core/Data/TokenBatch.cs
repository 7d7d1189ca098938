namespace Palimpsest.Data;

/// <summary>Sequences of one forward pass, padded on the right with token 0.</summary>
/// <param name="Ids">[batch * time]</param>
/// <param name="Batch">Sequences.</param>
/// <param name="Time">Length of the longest.</param>
/// <param name="Rows">Positions that have a target, indices into <paramref name="Ids"/>.</param>
/// <param name="Targets">The token that follows each of them.</param>
/// <param name="Tokens">Real tokens, without padding.</param>
public sealed record TokenBatch(long[] Ids, int Batch, int Time, long[] Rows, long[] Targets, int Tokens)
{
    /// <summary>Joins sequences.</summary>
    /// <param name="sequences">At least one; none of them empty.</param>
    public static TokenBatch Of(IReadOnlyList<TokenSequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        int time = sequences.Max(sequence => sequence.Ids.Length);
        long[] ids = new long[sequences.Count * time];
        List<long> rows = [], targets = [];
        for (int row = 0; row < sequences.Count; row++)
        {
            int[] tokens = sequences[row].Ids;
            for (int i = 0; i < tokens.Length; i++)
            {
                ids[(row * time) + i] = tokens[i];
                if (i > 0 && i >= sequences[row].LossFrom)
                {
                    rows.Add((row * time) + i - 1);
                    targets.Add(tokens[i]);
                }
            }
        }

        return new TokenBatch(ids, sequences.Count, time, [.. rows], [.. targets], sequences.Sum(sequence => sequence.Ids.Length));
    }
}
