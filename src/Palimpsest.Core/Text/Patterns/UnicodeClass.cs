using System.Globalization;

namespace Palimpsest.Text.Patterns;

/// <summary>The named classes of regular expressions, from .NET's tables of general categories.</summary>
internal static class UnicodeClass
{
    private static readonly string[] s_names =
        ["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn"];

    private static readonly Dictionary<string, string> s_longNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Letter"] = "L",
        ["Mark"] = "M",
        ["Number"] = "N",
        ["Punctuation"] = "P",
        ["Punct"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
        ["Other"] = "C",
        ["Uppercase_Letter"] = "Lu",
        ["Lowercase_Letter"] = "Ll",
        ["Titlecase_Letter"] = "Lt",
        ["Modifier_Letter"] = "Lm",
        ["Other_Letter"] = "Lo",
        ["Decimal_Number"] = "Nd",
        ["Nonspacing_Mark"] = "Mn",
    };

    /// <summary>The rule of <c>\p{name}</c>, or null for a name that is not known: categories, Han, Hiragana, Katakana, Any.</summary>
    public static Func<int, bool>? Rule(string name)
    {
        if (s_longNames.TryGetValue(name, out string? category))
            name = category;
        int mask = 0;
        for (int i = 0; i < s_names.Length; i++)
        {
            if (s_names[i] == name || (name.Length == 1 && s_names[i][0] == name[0]))
                mask |= 1 << i;
        }

        if (mask != 0)
            return codePoint => (mask >> (int)CodePoints.Category(codePoint) & 1) != 0;
        return name switch
        {
            "Han" => IsHan,
            "Hiragana" => codePoint => codePoint is >= 0x3041 and <= 0x3096 or >= 0x309D and <= 0x309F or >= 0x1B001 and <= 0x1B11F or 0x1B132 or >= 0x1B150 and <= 0x1B152 or 0x1F200,
            "Katakana" => codePoint => codePoint is >= 0x30A1 and <= 0x30FA or >= 0x30FD and <= 0x30FF or >= 0x31F0 and <= 0x31FF or >= 0x32D0 and <= 0x32FE or >= 0x3300 and <= 0x3357
                or >= 0xFF66 and <= 0xFF6F or >= 0xFF71 and <= 0xFF9D or 0x1AFF0 or 0x1B000 or >= 0x1B120 and <= 0x1B122 or 0x1B155 or >= 0x1B164 and <= 0x1B167,
            "Any" => _ => true,
            _ => null,
        };
    }

    /// <summary>What <c>\w</c> matches: letters, marks, decimal digits, letter numbers, connectors and the circled and squared letters that Unicode calls alphabetic.</summary>
    public static bool IsWord(int codePoint) => CodePoints.Category(codePoint) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => true,
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => true,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.OtherSymbol => codePoint is >= 0x24B6 and <= 0x24E9 or >= 0x1F130 and <= 0x1F149 or >= 0x1F150 and <= 0x1F169 or >= 0x1F170 and <= 0x1F189,
        _ => false,
    };

    private static bool IsHan(int codePoint) => codePoint is >= 0x2E80 and <= 0x2E99 or >= 0x2E9B and <= 0x2EF3 or >= 0x2F00 and <= 0x2FD5 or 0x3005 or 0x3007 or >= 0x3021 and <= 0x3029
        or >= 0x3038 and <= 0x303B or >= 0x3400 and <= 0x4DBF or >= 0x4E00 and <= 0x9FFF or >= 0xF900 and <= 0xFA6D or >= 0xFA70 and <= 0xFAD9 or 0x16FE2 or 0x16FE3 or 0x16FF0 or 0x16FF1
        or >= 0x20000 and <= 0x2A6DF or >= 0x2A700 and <= 0x2B739 or >= 0x2B740 and <= 0x2B81D or >= 0x2B820 and <= 0x2CEA1 or >= 0x2CEB0 and <= 0x2EBE0 or >= 0x2EBF0 and <= 0x2EE5D
        or >= 0x2F800 and <= 0x2FA1D or >= 0x30000 and <= 0x3134A or >= 0x31350 and <= 0x323AF;
}
