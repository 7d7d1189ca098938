using Palimpsest.Data.Batches;
using Palimpsest.Models.Layers;
using static TorchSharp.torch;

namespace Palimpsest.Evaluation;

/// <summary>Sequences that share a beginning, in one row each family: the beginning once, then the continuations as branches that see it and themselves but not each other.</summary>
/// <remarks>Four short answers to a question cost little more than one. The last token of a branch is predicted but never read.</remarks>
internal sealed class BranchedBatch
{
    private const int Beginning = 0, Padding = -1;
    private readonly int[] _positions, _branches;

    private BranchedBatch(int rows, int time)
    {
        (Batch, Time) = (rows, time);
        Ids = new long[rows * time];
        _positions = new int[Ids.Length];
        _branches = new int[Ids.Length];
        _branches.AsSpan().Fill(Padding);
    }

    public int Batch { get; }

    public int Time { get; }

    /// <summary>[batch * time]</summary>
    public long[] Ids { get; }

    /// <summary>Places whose next token is scored, indices into <see cref="Ids"/>; those of a beginning occur once a branch.</summary>
    public List<long> Rows { get; } = [];

    /// <summary>The token that follows each of them.</summary>
    public List<long> Targets { get; } = [];

    /// <summary>The sequence that each of them belongs to.</summary>
    public List<int> Owners { get; } = [];

    /// <summary>Whether two sequences have a beginning in common up to the first token that is scored.</summary>
    public static bool AreFamily(TokenSequence one, TokenSequence other) =>
        one.LossFrom > 0 && one.LossFrom == other.LossFrom && one.Mask is null && other.Mask is null && one.Label is null && other.Label is null
        && one.Ids.Length > one.LossFrom && other.Ids.Length > other.LossFrom && one.Ids.AsSpan(0, one.LossFrom).SequenceEqual(other.Ids.AsSpan(0, one.LossFrom));

    /// <summary>Tokens of a family's row.</summary>
    public static int Length(IReadOnlyList<TokenSequence> sequences, IReadOnlyList<int> family) => sequences[family[0]].LossFrom + family.Sum(index => sequences[index].Ids.Length - sequences[index].LossFrom - 1);

    /// <summary>Joins families.</summary>
    /// <param name="sequences">All sequences.</param>
    /// <param name="families">Indices of the sequences of each family.</param>
    public static BranchedBatch Of(IReadOnlyList<TokenSequence> sequences, IReadOnlyList<int[]> families)
    {
        BranchedBatch batch = new(families.Count, families.Max(family => Length(sequences, family)));
        for (int row = 0; row < families.Count; row++)
        {
            batch.Add(sequences, families[row], row * batch.Time);
        }

        return batch;
    }

    /// <summary>Positions go on from the beginning in every branch.</summary>
    /// <param name="device">Where the mask is to lie; it belongs to the caller's scope.</param>
    public AttentionScope Scope(Device device)
    {
        float[] mask = new float[(long)Batch * Time * Time];
        for (int query = 0; query < Ids.Length; query++)
        {
            int row = query / Time * Time;
            Span<float> keys = mask.AsSpan(query * Time, Time);
            for (int key = 0; key < Time; key++)
            {
                bool seen = row + key <= query && (_branches[row + key] == _branches[query] || (_branches[row + key] == Beginning && _branches[query] != Padding));
                keys[key] = seen ? 0 : AttentionScope.Hidden;
            }
        }

        return new AttentionScope(_positions, tensor(mask, [Batch, 1, Time, Time], device: device));
    }

    private void Add(IReadOnlyList<TokenSequence> sequences, int[] family, int start)
    {
        int shared = sequences[family[0]].LossFrom, at = start;
        for (int i = 0; i < shared; i++)
        {
            Put(ref at, sequences[family[0]].Ids[i], i, Beginning);
        }

        for (int branch = 0; branch < family.Length; branch++)
        {
            int[] ids = sequences[family[branch]].Ids;
            for (int i = shared; i < ids.Length; i++)
            {
                Rows.Add(i == shared ? start + shared - 1 : at - 1);
                Targets.Add(ids[i]);
                Owners.Add(family[branch]);
                if (i < ids.Length - 1)
                {
                    Put(ref at, ids[i], i, branch + 1);
                }
            }
        }
    }

    private void Put(ref int at, int id, int position, int branch)
    {
        (Ids[at], _positions[at], _branches[at]) = (id, position, branch);
        at++;
    }
}
