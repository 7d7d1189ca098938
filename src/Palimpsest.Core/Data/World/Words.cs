namespace Palimpsest.Data.Worlds;

/// <summary>Small helps with English words.</summary>
internal static class Words
{
    private static readonly char[] s_space = [' ', '\n', '\r'];

    /// <summary>The words of a list that is written with blanks and line breaks between them.</summary>
    public static string[] Split(string list) => list.Split(s_space, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>With "a" or "an". The word lists hold no word whose first letter and first sound disagree.</summary>
    public static string WithArticle(string noun) => noun[0] is 'a' or 'e' or 'i' or 'o' or 'u' or 'A' or 'E' or 'I' or 'O' or 'U' ? "an " + noun : "a " + noun;

    /// <summary>The possessive: 's, or only an apostrophe after an s.</summary>
    public static string Possessive(string noun) => noun[^1] == 's' ? noun + "'" : noun + "'s";

    /// <summary>With a capital first letter.</summary>
    public static string Capital(string text) => char.IsAsciiLetterLower(text[0]) ? char.ToUpperInvariant(text[0]) + text[1..] : text;
}
