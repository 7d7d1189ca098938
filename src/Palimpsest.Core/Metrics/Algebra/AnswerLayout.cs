using System.Text.RegularExpressions;

namespace Palimpsest.Metrics.Algebra;

/// <summary>Takes from an answer what is layout or a unit and does not change its meaning.</summary>
internal static partial class AnswerLayout
{
    private static readonly string[] s_dropped = ["\\left", "\\right", "\\displaystyle", "\\!", "\\,", "\\;", "\\:", "\\%", "%", "\\$", "$", "{,}"];

    /// <summary>The answer without layout.</summary>
    public static string Clean(string answer)
    {
        string text = answer.Trim();
        text = Numerator().Replace(text, "\\frac").Replace("~", " ", StringComparison.Ordinal);
        text = s_dropped.Aggregate(text, (rest, sign) => sign.Length > 2 && char.IsAsciiLetter(sign[^1]) ? Regex.Replace(rest, Regex.Escape(sign) + "(?![a-z])", "", RegexOptions.None, TimeSpan.FromSeconds(1)) : rest.Replace(sign, "", StringComparison.Ordinal));
        text = Blank().Replace(text, "${before} ");
        text = Joined().Replace(text, ",");

        // A text alone is the answer; beside something else it is a unit.
        text = Alone().Match(text) is { Success: true } alone ? alone.Groups["text"].Value.Trim() : Texts().Replace(text, " ");
        text = text.Trim().TrimEnd('.').Trim();
        text = Unit().Replace(text, "${number}");
        return Inside(text) is ("()", string inside) && Choice().IsMatch(inside) ? inside : text.Trim();
    }

    /// <summary>The parts between a sign that stands outside of brackets.</summary>
    public static List<string> Split(string text, string sign)
    {
        List<string> parts = [];
        int depth = 0, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] is '(' or '[' or '{' ? 1 : text[i] is ')' or ']' or '}' ? -1 : 0;
            if (depth == 0 && text.AsSpan(i).StartsWith(sign, StringComparison.Ordinal))
            {
                parts.Add(text[start..i]);
                start = i + sign.Length;
                i = start - 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    /// <summary>What one pair of brackets around the whole text holds, and their kind: <c>{</c> for a set, else both signs, such as <c>[)</c>.</summary>
    public static (string Kind, string Inside)? Inside(string text)
    {
        if (text.Length > 4 && text.StartsWith("\\{", StringComparison.Ordinal) && text.EndsWith("\\}", StringComparison.Ordinal))
        {
            return ("{", text[2..^2]);
        }

        if (text.Length < 2 || text[0] is not ('(' or '[') || text[^1] is not (')' or ']'))
        {
            return null;
        }

        int depth = 0;
        for (int i = 0; i < text.Length - 1; i++)
        {
            depth += text[i] is '(' or '[' or '{' ? 1 : text[i] is ')' or ']' or '}' ? -1 : 0;
            if (depth <= 0)
            {
                return null;
            }
        }

        return ($"{text[0]}{text[^1]}", text[1..^1]);
    }

    [GeneratedRegex(@"\\[dt]frac(?![a-z])", RegexOptions.ExplicitCapture)]
    private static partial Regex Numerator();

    // A backslash before a space, but not the second one of a line's end in a matrix.
    [GeneratedRegex(@"(?<before>(^|[^\\])(\\\\)*)\\ ", RegexOptions.ExplicitCapture)]
    private static partial Regex Blank();

    [GeneratedRegex(@"\\(text|mbox|textrm|mathrm)\{\s*(and|or)\s*\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Joined();

    [GeneratedRegex(@"^\\(text|mbox|textbf|textit|textrm|mathrm|mathbf|operatorname)\{(?<text>[^{}]*)\}$", RegexOptions.ExplicitCapture)]
    private static partial Regex Alone();

    [GeneratedRegex(@"\\(text|mbox|textbf|textit|textrm|mathrm|mathbf)\{[^{}]*\}(\^(\{[^{}]*\}|.))?", RegexOptions.ExplicitCapture)]
    private static partial Regex Texts();

    [GeneratedRegex(@"^(?<number>[-+]?[0-9][^A-Za-z]*?)\s+([a-z]{3,}|[cmk]?m|kg|g|in|ft|s|h)(\s+[a-z]{2,})*(\^\{?[0-9]\}?)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Unit();

    [GeneratedRegex("^[A-Za-z]$", RegexOptions.ExplicitCapture)]
    private static partial Regex Choice();
}
