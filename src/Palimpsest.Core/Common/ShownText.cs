namespace Palimpsest.Common;

/// <summary>Texts of unknown length, cut to what a message can hold.</summary>
public static class ShownText
{
    private const int Most = 80;

    /// <summary>The text, or its beginning and how long it is.</summary>
    /// <param name="text">A name, a line, or any text of a file.</param>
    public static string Cut(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= Most ? text : $"{text[..(char.IsHighSurrogate(text[Most - 1]) ? Most - 1 : Most)]}... ({text.Length} characters)";
    }
}
