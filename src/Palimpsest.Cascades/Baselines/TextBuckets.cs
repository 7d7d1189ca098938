using System.IO.Hashing;
using System.Text;
using Palimpsest.Text;

namespace Palimpsest.Cascades.Baselines;

/// <summary>Words and pairs of words of a text as numbers of buckets, for classifiers that need no encoder.</summary>
internal static class TextBuckets
{
    public const int Count = 1 << 14;

    public static int[] Of(params ReadOnlySpan<string> texts)
    {
        HashSet<int> buckets = [];
        for (int i = 0; i < texts.Length; i++)
        {
            string before = $"{i}:";
            foreach (string word in WordTokens.Of(texts[i], apostrophes: true))
            {
                buckets.Add(Bucket($"{i} {word}"));
                buckets.Add(Bucket($"{before} {word}"));
                before = $"{i} {word}";
            }
        }

        return [.. buckets.Order()];
    }

    private static int Bucket(string text) => (int)(XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(text)) % Count);
}
