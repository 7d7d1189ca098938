using System.Numerics;
using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Templates;

/// <summary>Filters that give texts, and the filters of any value.</summary>
internal static class TextFilters
{
    private const int MaximumIndent = 1_000;

    public static Dictionary<string, TemplateFilter> All { get; } = new(StringComparer.Ordinal)
    {
        ["default"] = Default,
        ["d"] = Default,
        ["string"] = (value, _, budget) => PythonText.Show(value, budget),
        ["safe"] = (value, _, budget) => PythonText.Show(value, budget),
        ["pprint"] = (value, _, budget) => PythonText.Represent(value, budget),
        ["trim"] = (value, call, budget) => PythonString.Trim(PythonText.Show(value, budget), call.Bind("chars").Text("chars", null), start: true, end: true),
        ["upper"] = (value, _, budget) => PythonString.Upper(PythonText.Show(value, budget)),
        ["lower"] = (value, _, budget) => PythonString.Lower(PythonText.Show(value, budget)),
        ["capitalize"] = (value, _, budget) => PythonString.Capitalize(PythonText.Show(value, budget)),
        ["title"] = (value, _, budget) => Title(PythonText.Show(value, budget)),
        ["replace"] = (value, call, budget) => StringMethods.Replace(PythonText.Show(value, budget), PythonText.Show(call.Bind("old", "new", "count")["old"], budget),
            PythonText.Show(call["new"], budget), call.Get("count", null) is null ? -1 : call.Number("count"), budget),
        ["indent"] = (value, call, budget) => Indent(PythonText.Show(value, budget), call.Bind("width", "first", "blank"), budget),
        ["center"] = (value, call, budget) => StringMethods.Pad(PythonText.Show(value, budget), "center", call.Bind("width").Number("width", 80), " ", budget),
        ["format"] = (value, call, budget) => PythonFormat.Percent(PythonText.Show(value, budget), call.Named.Count > 0 ? Named(call) : TemplateSequence.Tuple(call.Positional), budget),
        ["wordcount"] = (value, _, budget) => new BigInteger(Words(PythonText.Show(value, budget))),
        ["escape"] = Escape,
        ["e"] = Escape,
        ["forceescape"] = Escape,
        ["striptags"] = (value, _, budget) => StripTags(PythonText.Show(value, budget)),
        ["truncate"] = (value, call, budget) => Truncate(PythonText.Show(value, budget), call.Bind("length", "killwords", "end", "leeway")),
        ["urlencode"] = (value, _, budget) => value is string text ? UrlEncode(text, budget) : throw new TemplateException("urlencode is supported for strings only"),
        ["wordwrap"] = (value, call, budget) => Wrap(PythonText.Show(value, budget), call.Bind("width", "break_long_words", "wrapstring")),
        ["tojson"] = ToJson,
    };

    private static object? Default(object? value, CallArguments call, TemplateBudget budget)
    {
        call.Bind("default_value", "boolean");
        return value is Undefined || (call.Flag("boolean", false) && !PythonOperators.IsTrue(value)) ? call.Get("default_value", "") : value;
    }

    private static TemplateDictionary Named(CallArguments call)
    {
        TemplateDictionary result = new();
        foreach ((string name, object? value) in call.Named)
        {
            result.Set(name, value);
        }

        return result;
    }

    // Unlike the method of this name a word starts only after white space, a hyphen or a bracket.
    private static string Title(string text)
    {
        StringBuilder result = new(text.Length);
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && !(PythonString.IsSpace(text[i]) || text[i] is '-' or '(' or '{' or '[' or '<'))
            {
                continue;
            }

            if (i > start)
            {
                int first = char.IsHighSurrogate(text[start]) && start + 1 < i ? 2 : 1;
                result.Append(PythonString.Upper(text.Substring(start, first))).Append(PythonString.Lower(text[(start + first)..i]));
            }

            result.Append(i < text.Length ? text[i].ToString() : "");
            start = i + 1;
        }

        return result.ToString();
    }

    private static string Indent(string text, CallArguments call, TemplateBudget budget)
    {
        string indent = call.Get("width", null) is string own ? own : new string(' ', Math.Clamp(call.Number("width", 4), 0, MaximumIndent));
        bool first = call.Flag("first", false), blank = call.Flag("blank", false);

        // A line end of one's own, so that a text ending in one keeps it.
        IReadOnlyList<object?> lines = StringMethods.Lines(text + "\n", keepEnds: false).Items;
        StringBuilder result = new();
        for (int i = 0; i < lines.Count; i++)
        {
            string line = (string)lines[i]!;
            budget.Charge(indent.Length + line.Length);
            result.Append(i > 0 ? "\n" : "").Append((i == 0 ? first : blank || line.Length > 0) ? indent : "").Append(line);
        }

        return result.ToString();
    }

    private static int Words(string text)
    {
        int count = 0;
        bool inside = false;
        foreach (int codePoint in CodePoints.All(text))
        {
            bool word = PythonCharacters.IsAlphanumeric(codePoint) || codePoint == '_';
            count += word && !inside ? 1 : 0;
            inside = word;
        }

        return count;
    }

    private static object Escape(object? value, CallArguments call, TemplateBudget budget)
    {
        StringBuilder result = new();
        foreach (char character in PythonText.Show(value, budget))
        {
            result.Append(character switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&#34;", '\'' => "&#39;", _ => character.ToString() });
        }

        budget.Charge(result.Length);
        return result.ToString();
    }

    private static string StripTags(string text)
    {
        StringBuilder result = new();
        for (int i = 0; i < text.Length; i++)
        {
            int end = text[i] == '<' ? text.IndexOf('>', i) : -1;
            if (end < 0)
            {
                result.Append(text[i]);
                continue;
            }

            i = end;
        }

        return string.Join(' ', result.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Truncate(string text, CallArguments call)
    {
        int length = call.Number("length", 255), leeway = call.Number("leeway", 5);
        string end = call.Text("end", "...")!;
        List<string> characters = PythonString.Characters(text);
        if (characters.Count <= (long)length + leeway)
        {
            return text;
        }

        int keep = length - PythonString.Length(end);
        if (keep < 0)
        {
            throw new TemplateException("truncate needs a length that the end fits into");
        }

        string kept = string.Concat(characters.Take(keep));
        int space = kept.LastIndexOf(' ');
        return (call.Flag("killwords", false) || space < 0 ? kept : kept[..space]) + end;
    }

    private static string UrlEncode(string text, TemplateBudget budget)
    {
        StringBuilder result = new();
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            char character = (char)value;
            result.Append(char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-' or '~' or '/' ? character.ToString() : $"%{value:X2}");
        }

        budget.Charge(result.Length);
        return result.ToString();
    }

    private static string Wrap(string text, CallArguments call)
    {
        int width = call.Number("width", 79);
        if (width < 1)
        {
            throw new TemplateException("wordwrap needs a width of at least 1");
        }

        bool breaks = call.Flag("break_long_words", true);
        List<string> lines = [];
        foreach (object? paragraph in StringMethods.Lines(text, keepEnds: false).Items)
        {
            string line = "";
            foreach (string word in ((string)paragraph!).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                string rest = word;
                if (line.Length > 0 && line.Length + 1 + rest.Length > width)
                {
                    lines.Add(line);
                    line = "";
                }

                for (; breaks && rest.Length > width; rest = rest[width..])
                {
                    lines.Add(rest[..width]);
                }

                line = line.Length == 0 ? rest : $"{line} {rest}";
            }

            lines.Add(line);
        }

        return string.Join(call.Text("wrapstring", "\n")!, lines);
    }

    private static object ToJson(object? value, CallArguments call, TemplateBudget budget)
    {
        call.Bind("ensure_ascii", "indent", "separators", "sort_keys");
        string? indent = call.Get("indent", null) switch { null => null, string own => own, _ => new string(' ', Math.Clamp(call.Number("indent"), 0, MaximumIndent)) };
        (string item, string key) = call.Get("separators", null) is TemplateSequence { Items: [string first, string second] } ? (first, second) : (indent is null ? ", " : ",", ": ");
        return new PythonJson(budget) { EnsureAscii = call.Flag("ensure_ascii", false), Indent = indent, ItemSeparator = item, KeySeparator = key, SortKeys = call.Flag("sort_keys", false) }.Write(value);
    }
}
