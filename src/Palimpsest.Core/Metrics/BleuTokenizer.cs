using System.Globalization;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Metrics;

/// <summary>The tokenizers of BLEU.</summary>
/// <remarks>
/// mteval-v13a.pl and mteval-v14.pl of NIST, as sacrebleu has them. Each rule goes over the text from left to right and takes two characters at a time, so that of two neighbouring full stops the second may escape it:
/// part of the definition, and the reason why the rules are kept as passes.
/// </remarks>
internal static class BleuTokenizer
{
    public static List<string> Split(string text, BleuTokenization tokenization) => tokenization switch
    {
        BleuTokenization.Mteval13a => Mteval13a(text),
        BleuTokenization.International => International(text),
        BleuTokenization.Character => [.. PythonText.ToCodePoints(text).Where(c => !PythonText.IsSpace(c)).Select(Text)],
        BleuTokenization.None => PythonText.Split(text),
        _ => throw new ArgumentOutOfRangeException(nameof(tokenization), tokenization, "There is no such tokenization."),
    };

    private static List<string> Mteval13a(string text)
    {
        text = text.Replace("<skipped>", "", StringComparison.Ordinal).Replace("-\n", "", StringComparison.Ordinal).Replace('\n', ' ').Replace("&quot;", "\"", StringComparison.Ordinal)
            .Replace("&amp;", "&", StringComparison.Ordinal).Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);
        List<int> line = PythonText.ToCodePoints($" {text} ");
        line = Alone(line, c => PythonText.IsPunctuation(c) && c is not ('\'' or ',' or '-' or '.'));
        line = Pairs(line, c => !(c is >= '0' and <= '9'), c => c is '.' or ',', spaceBefore: false, spaceAfter: true);
        line = Pairs(line, c => c is '.' or ',', c => !(c is >= '0' and <= '9'), spaceBefore: true, spaceAfter: false);
        line = Pairs(line, c => c is >= '0' and <= '9', c => c == '-', spaceBefore: false, spaceAfter: true);
        return Words(line);
    }

    private static List<string> International(string text)
    {
        List<int> line = PythonText.ToCodePoints(text);
        line = Pairs(line, c => !IsNumber(c), IsPunctuation, spaceBefore: false, spaceAfter: true);
        line = Pairs(line, IsPunctuation, c => !IsNumber(c), spaceBefore: true, spaceAfter: false);
        return Words(Alone(line, c => CodePoints.Category(c) is >= UnicodeCategory.MathSymbol and <= UnicodeCategory.OtherSymbol));
    }

    private static bool IsNumber(int c) => CodePoints.Category(c) is >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber;

    private static bool IsPunctuation(int c) => CodePoints.Category(c) is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;

    // x -> " x "
    private static List<int> Alone(List<int> line, Func<int, bool> chosen)
    {
        List<int> result = new(line.Count);
        foreach (int c in line)
        {
            if (chosen(c))
            {
                result.AddRange([' ', c, ' ']);
            }
            else
            {
                result.Add(c);
            }
        }

        return result;
    }

    // xy -> " x y" or "x y "
    private static List<int> Pairs(List<int> line, Func<int, bool> first, Func<int, bool> second, bool spaceBefore, bool spaceAfter)
    {
        List<int> result = new(line.Count);
        for (int i = 0; i < line.Count; i++)
        {
            if (i + 1 == line.Count || !first(line[i]) || !second(line[i + 1]))
            {
                result.Add(line[i]);
                continue;
            }

            if (spaceBefore)
            {
                result.Add(' ');
            }

            result.AddRange([line[i], ' ', line[++i]]);
            if (spaceAfter)
            {
                result.Add(' ');
            }
        }

        return result;
    }

    private static List<string> Words(List<int> line) => PythonText.Split(string.Concat(line.Select(Text)));

    // A lone surrogate is a code point of its own here, which ConvertFromUtf32 refuses.
    private static string Text(int codePoint) => codePoint < 0x10000 ? ((char)codePoint).ToString() : char.ConvertFromUtf32(codePoint);
}
