using CsCheck;
using Palimpsest.Text.Bpe;

namespace Palimpsest.Tests.Text.Bpe;

public sealed class BpeMergerTests
{
    // Symbols 0 to 3 and random merges over them; long words take the heap, short ones the scan. Both must give what looking for the best pair again and again gives.
    [Fact]
    public void Merge_AnyWordAndMerges_EqualsTheSlowForm() =>
        Gen.Select(Gen.Int[0, 3].Array[0, 120], Gen.Select(Gen.Int[0, 12], Gen.Int[0, 12]).Array[0, 10]).Sample((word, pairs) =>
        {
            Dictionary<(int, int), (int Rank, int Merged)> merges = [];
            PairTable table = new(pairs.Length);
            for (int rank = 0; rank < pairs.Length; rank++)
            {
                // A merge can only use symbols that exist by then.
                (int, int) pair = (pairs[rank].Item1 % (4 + rank), pairs[rank].Item2 % (4 + rank));
                merges[pair] = (rank, 4 + rank);
                table.Set(pair.Item1, pair.Item2, rank, 4 + rank);
            }

            int[] actual = [.. word];
            int count = BpeMerger.Merge(actual, table);
            Assert.Equal(Slow([.. word], merges), actual.Take(count));
        }, iter: 5_000);

    [Fact]
    public void Merge_MegabyteOfOneSymbol_IsFast()
    {
        PairTable table = new(2);
        table.Set(0, 0, 0, 1);
        table.Set(1, 1, 1, 2);
        int[] word = new int[1_000_001];
        Assert.Equal(250_001, BpeMerger.Merge(word, table));
        Assert.Equal(0, word[250_000]);
    }

    private static List<int> Slow(List<int> word, Dictionary<(int, int), (int Rank, int Merged)> merges)
    {
        while (true)
        {
            int best = -1, rank = int.MaxValue;
            for (int i = 0; i + 1 < word.Count; i++)
            {
                if (merges.TryGetValue((word[i], word[i + 1]), out (int Rank, int Merged) merge) && merge.Rank < rank)
                    (best, rank) = (i, merge.Rank);
            }

            if (best < 0)
                return word;
            word[best] = merges[(word[best], word[best + 1])].Merged;
            word.RemoveAt(best + 1);
        }
    }
}
