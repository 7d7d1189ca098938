using System.Text;

namespace Palimpsest.Data.Worlds;

/// <summary>Fills the templates of the additions: sentences with <c>{slots}</c>.</summary>
internal static class Slots
{
    /// <summary>Appends the filled sentence with a capital first letter, after a blank where there is text already.</summary>
    /// <param name="text">What is written so far; while <paramref name="value"/> runs, its length is the place of the slot.</param>
    /// <param name="template">A sentence.</param>
    /// <param name="value">The text for a slot.</param>
    public static void Append(StringBuilder text, string template, Func<string, string> value)
    {
        text.Append(text.Length == 0 ? "" : " ");
        int start = text.Length;
        for (int i = 0; i < template.Length; i++)
        {
            if (template[i] != '{')
            {
                text.Append(template[i]);
                continue;
            }

            int end = template.IndexOf('}', i);
            text.Append(value(template[(i + 1)..end]));
            i = end;
        }

        text[start] = char.IsAsciiLetterLower(text[start]) ? char.ToUpperInvariant(text[start]) : text[start];
    }
}
