using System.Text;

namespace Palimpsest.Runs.Reports;

/// <summary>Makes text from outside safe between tags, in attributes and in SVG, for readers of HTML and of XML alike.</summary>
internal static class HtmlText
{
    /// <summary>The text with markup encoded. Line ends become <c>\n</c>; what no page can hold is shown: control characters by their pictures (␀), halves of surrogate pairs and noncharacters by �.</summary>
    public static string Encode(string text)
    {
        StringBuilder encoded = new(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                encoded.Append(c).Append(text[++i]);
                continue;
            }

            if (c == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
            {
                continue;
            }

            _ = c switch
            {
                '&' => encoded.Append("&amp;"),
                '<' => encoded.Append("&lt;"),
                '>' => encoded.Append("&gt;"),
                '"' => encoded.Append("&quot;"),
                '\'' => encoded.Append("&#39;"),
                '\r' => encoded.Append('\n'),
                '\n' or '\t' => encoded.Append(c),
                < ' ' => encoded.Append((char)(c + 0x2400)),
                '\x7f' => encoded.Append('\u2421'),
                (> '\x7f' and < '\xa0') or (>= '\ud800' and <= '\udfff') or >= '\ufffe' => encoded.Append('\ufffd'),
                _ => encoded.Append(c),
            };
        }

        return encoded.ToString();
    }
}
