using System.Globalization;
using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Normalization;

/// <summary>Replaces by a character map, one grapheme cluster at a time.</summary>
/// <remarks>As in the reference, a short cluster (under six bytes) whose beginning is mapped becomes the mapped text alone: marks after it are lost.</remarks>
internal sealed class PrecompiledNormalizer(CharacterMap map) : Normalizer
{
    private const int ShortBytes = 6;

    public override string Apply(string text)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0, length; i < text.Length; i += length)
        {
            length = StringInfo.GetNextTextElementLength(text, i);
            ReadOnlySpan<char> cluster = text.AsSpan(i, length);
            if (Encoding.UTF8.GetByteCount(cluster) < ShortBytes && map.Find(cluster) is string whole)
            {
                result.Append(whole);
            }
            else
            {
                AppendCharacters(result, cluster);
            }

            Growth.Check(text.Length, result.Length);
        }

        return result.ToString();
    }

    private void AppendCharacters(StringBuilder result, ReadOnlySpan<char> cluster)
    {
        for (int i = 0, length; i < cluster.Length; i += length)
        {
            CodePoints.At(cluster, i, out length);
            ReadOnlySpan<char> character = cluster.Slice(i, length);
            if (map.Find(character) is string mapped)
            {
                result.Append(mapped);
            }
            else
            {
                result.Append(character);
            }
        }
    }
}
