using System.Globalization;
using System.Numerics;
using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Templates;

/// <summary>Numbers in texts as Python's <c>int</c> and <c>float</c> read them: digits of any script, single underscores between digits, white space
/// around.</summary>
internal static class PythonNumber
{
    // Python 3.11 reads no more; sys.set_int_max_str_digits.
    private const int MostDigits = 4_300;

    /// <summary><c>int(text, radix)</c>.</summary>
    public static bool TryWhole(string text, int radix, out BigInteger value)
    {
        value = BigInteger.Zero;
        if (radix is not (0 or (>= 2 and <= 36)) || Plain(text) is not string plain)
        {
            return false;
        }

        bool negative = plain.StartsWith('-');
        string digits = (plain.StartsWith('-') || plain.StartsWith('+') ? plain[1..] : plain).ToLowerInvariant();
        int prefixed = digits.Length > 1 && digits[0] == '0' ? digits[1] switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefixed > 0 && (radix == prefixed || radix == 0))
        {
            (radix, digits) = (prefixed, digits[2..]);
            digits = digits.StartsWith('_') ? digits[1..] : digits;
        }
        else if (radix == 0)
        {
            // Without a base, a zero in front is a mistake, unless there is nothing else.
            radix = 10;
            if (digits.StartsWith('0') && digits.Any(digit => digit is not ('0' or '_')))
            {
                return false;
            }
        }

        if (Joined(digits) is not { Length: > 0 and <= MostDigits } joined)
        {
            return false;
        }

        foreach (char character in joined)
        {
            int digit = char.IsAsciiDigit(character) ? character - '0' : char.IsAsciiLetterLower(character) ? character - 'a' + 10 : radix;
            if (digit >= radix)
            {
                return false;
            }

            value = (value * radix) + digit;
        }

        value = negative ? -value : value;
        return true;
    }

    /// <summary><c>float(text)</c>.</summary>
    public static bool TryFloat(string text, out double value)
    {
        value = 0;
        if (Plain(text) is not string plain)
        {
            return false;
        }

        string unsigned = (plain.StartsWith('-') || plain.StartsWith('+') ? plain[1..] : plain).ToLowerInvariant();
        if (unsigned is "inf" or "infinity" or "nan")
        {
            value = unsigned == "nan" ? double.NaN : plain.StartsWith('-') ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        return unsigned.Length > 0 && (char.IsAsciiDigit(unsigned[0]) || unsigned[0] == '.') && Joined(plain) is string joined
            && double.TryParse(joined, NumberStyles.Float & ~(NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite), CultureInfo.InvariantCulture,
            out value);
    }

    // Without white space around (unlike "strip", not the separators U+001C to U+001F), with ASCII's digits; null for what has other characters.
    private static string? Plain(string text)
    {
        StringBuilder result = new();
        int start = 0, end = text.Length;
        while (start < end && CodePoints.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (end > start && CodePoints.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        foreach (int codePoint in CodePoints.All(text[start..end]))
        {
            if (codePoint >= 0x80 && !PythonCharacters.Decimals.Contains(codePoint))
            {
                return null;
            }

            result.Append(codePoint < 0x80 ? (char)codePoint : (char)('0' + PythonCharacters.DecimalValue(codePoint)));
        }

        return result.ToString();
    }

    // Without underscores, each of which must stand between two digits or letters.
    private static string? Joined(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '_' && (i == 0 || i == text.Length - 1 || !char.IsAsciiLetterOrDigit(text[i - 1]) || !char.IsAsciiLetterOrDigit(text[i + 1])))
            {
                return null;
            }
        }

        return text.Replace("_", "", StringComparison.Ordinal);
    }
}
