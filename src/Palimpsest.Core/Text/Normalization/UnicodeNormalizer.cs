using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Normalization;

/// <summary>NFC, NFD, NFKC and NFKD by Unicode 9.0.</summary>
/// <remarks>Unicode Standard Annex 15: decompose, put the marks in the order of their classes, and compose again where that is asked for.</remarks>
internal sealed class UnicodeNormalizer(bool composed, bool compatibility) : Normalizer
{
    public override string Apply(string text)
    {
        // Nothing below U+00A0 changes, and under NFC nothing below U+0300: no combining mark is that low.
        int limit = composed && !compatibility ? 0x300 : 0xA0, i = 0;
        while (i < text.Length && text[i] < limit)
            i++;
        if (i == text.Length)
            return text;

        List<int> codePoints = new(text.Length);
        for (i = 0; i < text.Length;)
        {
            UnicodeTables.Decompose(CodePoints.At(text, i, out int length), compatibility, codePoints);
            i += length;
        }

        Order(codePoints);
        int count = composed ? Compose(codePoints) : codePoints.Count;
        StringBuilder result = new(text.Length);
        for (i = 0; i < count; i++)
            CodePoints.Append(result, codePoints[i]);
        return result.ToString();
    }

    private static void Order(List<int> codePoints)
    {
        for (int start = 0; start < codePoints.Count;)
        {
            int end = start;
            bool sorted = true;
            byte previous = 0;
            for (; end < codePoints.Count && UnicodeTables.CombiningClass(codePoints[end]) is byte next and > 0; end++)
            {
                sorted &= next >= previous;
                previous = next;
            }

            if (!sorted)
            {
                // Stable: marks of one class keep their order.
                List<int> marks = [.. codePoints.GetRange(start, end - start).OrderBy(UnicodeTables.CombiningClass)];
                for (int i = 0; i < marks.Count; i++)
                    codePoints[start + i] = marks[i];
            }

            start = Math.Max(end, start + 1);
        }
    }

    // Each mark joins the last starter unless one between them has the same or a higher class. Works in place; gives the new count.
    private static int Compose(List<int> codePoints)
    {
        int count = 0, starter = -1, lastClass = 0;
        foreach (int codePoint in codePoints.ToArray())
        {
            int combiningClass = UnicodeTables.CombiningClass(codePoint);
            bool blocked = starter < 0 || (count - starter > 1 && lastClass >= combiningClass);
            int joined = blocked ? -1 : UnicodeTables.Compose(codePoints[starter], codePoint);
            if (joined >= 0)
            {
                codePoints[starter] = joined;
                continue;
            }

            if (combiningClass == 0)
                starter = count;
            lastClass = combiningClass;
            codePoints[count++] = codePoint;
        }

        return count;
    }
}
