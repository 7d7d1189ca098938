using System.Numerics;
using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text.Templates;

/// <summary>The methods of strings.</summary>
internal static class StringMethods
{
    private const int MaximumWidth = 1 << 20;

    /// <summary>The method of a name, or null.</summary>
    public static TemplateFunction? Find(string text, string name, TemplateBudget budget)
    {
        Func<CallArguments, object?>? run = name switch
        {
            "strip" => call => PythonString.Trim(text, call.Bind("chars").Text("chars", null), start: true, end: true),
            "lstrip" => call => PythonString.Trim(text, call.Bind("chars").Text("chars", null), start: true, end: false),
            "rstrip" => call => PythonString.Trim(text, call.Bind("chars").Text("chars", null), start: false, end: true),
            "split" => call => Split(text, call.Bind("sep", "maxsplit").Text("sep", null), call.Number("maxsplit", -1), budget),
            "rsplit" => call => SplitFromEnd(text, call.Bind("sep", "maxsplit").Text("sep", null), call.Number("maxsplit", -1), budget),
            "splitlines" => call => Lines(text, call.Bind("keepends").Flag("keepends", false)),
            "partition" => call => Partition(text, call.Bind("sep").Text("sep"), last: false),
            "rpartition" => call => Partition(text, call.Bind("sep").Text("sep"), last: true),
            "startswith" => call =>
                Any(call.Bind("prefix", "start", "end")["prefix"], Part(text, call) is { } part ? begin =>
                part.Text.StartsWith(begin, StringComparison.Ordinal) : _ => false),
            "endswith" => call =>
                Any(call.Bind("suffix", "start", "end")["suffix"], Part(text, call) is { } part ? end =>
                part.Text.EndsWith(end, StringComparison.Ordinal) : _ => false),
            "upper" => call => PythonString.Upper(None(call, text)),
            "lower" => call => PythonString.Lower(None(call, text)),
            "casefold" => call => PythonCharacters.Fold(None(call, text)),
            "title" => call => PythonString.Title(None(call, text)),
            "capitalize" => call => PythonString.Capitalize(None(call, text)),
            "swapcase" => call => PythonString.SwapCase(None(call, text)),
            "replace" => call => Replace(text, call.Bind("old", "new", "count").Text("old"), call.Text("new"), call.Number("count", -1), budget),
            "find" => call => Index(text, call.Bind("sub", "start", "end"), last: false, must: false),
            "rfind" => call => Index(text, call.Bind("sub", "start", "end"), last: true, must: false),
            "index" => call => Index(text, call.Bind("sub", "start", "end"), last: false, must: true),
            "rindex" => call => Index(text, call.Bind("sub", "start", "end"), last: true, must: true),
            "count" => call => new BigInteger(Part(text, call.Bind("sub", "start", "end")) is { } part ? Count(part.Text, call.Text("sub")) : 0),
            "join" => call => Join(text, PythonOperators.Iterate(call.Bind("items")["items"], budget), budget),
            "isalpha" => call => All(None(call, text), PythonCharacters.Alpha.Contains),
            "isdecimal" => call => All(None(call, text), PythonCharacters.Decimals.Contains),
            "isdigit" => call => All(None(call, text), PythonCharacters.Digits.Contains),
            "isnumeric" => call => All(None(call, text), PythonCharacters.Numeric.Contains),
            "isalnum" => call => All(None(call, text), PythonCharacters.IsAlphanumeric),
            "isprintable" => call => None(call, text).Length == 0 || All(text, PythonCharacters.Printable.Contains),
            "isascii" => call => System.Text.Ascii.IsValid(None(call, text)),
            "isspace" => call => None(call, text).Length > 0 && text.All(PythonString.IsSpace),
            "isupper" => call => PythonString.IsCase(None(call, text), upper: true),
            "islower" => call => PythonString.IsCase(None(call, text), upper: false),
            "istitle" => call => PythonString.IsTitle(None(call, text)),
            "format" => call => PythonFormat.Braces(text, call, budget),
            "center" or "ljust" or "rjust" => call => Pad(text, name, call.Bind("width", "fillchar").Number("width"), call.Text("fillchar", " ")!, budget),
            "zfill" => call => Pad(text, name, call.Bind("width").Number("width"), "0", budget),
            "removeprefix" => call => call.Bind("prefix").Text("prefix") is var part && text.StartsWith(part, StringComparison.Ordinal) ? text[part.Length..] : text,
            "removesuffix" => call => call.Bind("suffix").Text("suffix") is var part && text.EndsWith(part, StringComparison.Ordinal) ? text[..^part.Length] : text,
            _ => null,
        };
        if (run is null)
        {
            return null;
        }

        return new TemplateFunction(name, call =>
        {
            budget.Charge(text.Length);
            return run(call);
        });
    }

    public static string Replace(string text, string old, string other, int count, TemplateBudget budget)
    {
        int found = Count(text, old);
        count = count < 0 ? found : Math.Min(count, found);
        budget.Charge(text.Length + ((long)count * Math.Max(0, other.Length - old.Length)));
        StringBuilder result = new();
        int from = 0;
        for (; count > 0; count--)
        {
            // The empty text stands before each character and at the end.
            int at = text.IndexOf(old, from, StringComparison.Ordinal), step = old.Length == 0 && at < text.Length
                ? PythonString.Characters(text[at..])[0].Length : 0;
            result.Append(text, from, at - from).Append(other).Append(text, at, step);
            from = at + old.Length + step;
        }

        return result.Append(text, from, text.Length - from).ToString();
    }

    public static string Pad(string text, string how, int width, string fill, TemplateBudget budget)
    {
        if (width > MaximumWidth || PythonString.Length(fill) != 1)
        {
            throw new TemplateException($"{how} takes a width up to {MaximumWidth} and one character to fill with");
        }

        int missing = Math.Max(0, width - PythonString.Length(text));
        budget.Charge(text.Length + ((long)missing * fill.Length));

        // Python puts the odd one to the left where the width is odd.
        int left = how switch { "center" => (missing / 2) + (missing & width & 1), "ljust" => 0, _ => missing };
        string before = string.Concat(Enumerable.Repeat(fill, left)), after = string.Concat(Enumerable.Repeat(fill, missing - left));
        return how == "zfill" && text.Length > 0 && text[0] is '-' or '+' ? text[0] + before + text[1..] : before + text + after;
    }

    public static string Join(string separator, IReadOnlyList<object?> items, TemplateBudget budget)
    {
        StringBuilder result = new();
        for (int i = 0; i < items.Count; i++)
        {
            string text = items[i] as string ?? throw new TemplateException($"sequence item {i}: expected str instance, {PythonText.TypeName(items[i])} found");
            budget.Charge(separator.Length + text.Length);
            result.Append(i > 0 ? separator : "").Append(text);
        }

        return result.ToString();
    }

    public static TemplateSequence Lines(string text, bool keepEnds)
    {
        List<object?> lines = [];
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('\n' or '\r' or '\v' or '\f' or '\u001C' or '\u001D' or '\u001E' or '\u0085' or '\u2028' or '\u2029'))
            {
                continue;
            }

            int end = text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? i + 2 : i + 1;
            lines.Add(text[start..(keepEnds ? end : i)]);
            start = end;
            i = end - 1;
        }

        if (start < text.Length)
        {
            lines.Add(text[start..]);
        }

        return TemplateSequence.List(lines);
    }

    public static TemplateSequence Split(string text, string? separator, int most, TemplateBudget budget)
    {
        List<object?> parts = [];
        int limit = most < 0 ? int.MaxValue : most;
        if (separator is null)
        {
            string rest = PythonString.TrimStart(text);
            while (rest.Length > 0)
            {
                budget.Charge(rest.Length / 16);
                int end = 0;
                while (end < rest.Length && !PythonString.IsSpace(rest[end]))
                {
                    end++;
                }

                // What is left keeps the white space at its end.
                if (parts.Count == limit)
                {
                    parts.Add(rest);
                    break;
                }

                parts.Add(rest[..end]);
                rest = PythonString.TrimStart(rest[end..]);
            }

            return TemplateSequence.List(parts);
        }

        if (separator.Length == 0)
        {
            throw new TemplateException("empty separator");
        }

        return TemplateSequence.List([.. text.Split(separator, limit == int.MaxValue ? limit : limit + 1)]);
    }

    private static TemplateSequence SplitFromEnd(string text, string? separator, int most, TemplateBudget budget)
    {
        if (most < 0)
        {
            return Split(text, separator, -1, budget);
        }

        List<object?> parts = [];
        if (separator is null)
        {
            string rest = PythonString.TrimEnd(text);
            while (rest.Length > 0)
            {
                budget.Charge(rest.Length / 16);
                int start = rest.Length;
                while (start > 0 && !PythonString.IsSpace(rest[start - 1]))
                {
                    start--;
                }

                if (parts.Count == most)
                {
                    parts.Insert(0, rest);
                    break;
                }

                parts.Insert(0, rest[start..]);
                rest = PythonString.TrimEnd(rest[..start]);
            }

            return TemplateSequence.List(parts);
        }

        if (separator.Length == 0)
        {
            throw new TemplateException("empty separator");
        }

        int end = text.Length;
        while (parts.Count < most && end > 0 && text.AsSpan(0, end).LastIndexOf(separator) is int at and >= 0)
        {
            parts.Insert(0, text[(at + separator.Length)..end]);
            end = at;
        }

        parts.Insert(0, text[..end]);
        return TemplateSequence.List(parts);
    }

    private static TemplateSequence Partition(string text, string separator, bool last)
    {
        if (separator.Length == 0)
        {
            throw new TemplateException("empty separator");
        }

        int at = last ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        return at >= 0 ? TemplateSequence.Tuple(text[..at], separator, text[(at + separator.Length)..]) : last ? TemplateSequence.Tuple("", "", text) : TemplateSequence.Tuple(text, "", "");
    }

    private static bool Any(object? parts, Func<string, bool> test) => parts switch
    {
        string part => test(part),
        TemplateSequence { Kind: SequenceKind.Tuple } several => several.Items.OfType<string>().Any(test),
        _ => throw new TemplateException($"first arg must be str or a tuple of str, not {PythonText.TypeName(parts)}"),
    };

    private static string None(CallArguments call, string text)
    {
        call.Bind();
        return text;
    }

    private static int Count(string text, string part)
    {
        if (part.Length == 0)
        {
            return PythonString.Length(text) + 1;
        }

        int count = 0;
        for (int at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }

    private static BigInteger Index(string text, CallArguments call, bool last, bool must)
    {
        string sub = call.Text("sub");
        int at = Part(text, call) is not { } part ? -1
            : (last ? part.Text.LastIndexOf(sub, StringComparison.Ordinal) : part.Text.IndexOf(sub, StringComparison.Ordinal)) is var found and >= 0
                ? part.Start + found : -1;
        return at < 0 && must ? throw new TemplateException("substring not found") : new BigInteger(PythonString.IndexInCodePoints(text, at));
    }

    // The part from "start" to "end", counted in code points as slices are, and where it begins; null if it begins beyond the text, where not even the empty
    // text is.
    private static (string Text, int Start)? Part(string text, CallArguments call)
    {
        if (call.Get("start", null) is null && call.Get("end", null) is null)
        {
            return (text, 0);
        }

        List<string> characters = PythonString.Characters(text);
        int start = Place("start", 0), end = Place("end", characters.Count);
        if (start > characters.Count || start > Math.Min(end, characters.Count))
        {
            return null;
        }

        return (string.Concat(characters.Take(end).Skip(start)), characters.Take(start).Sum(character => character.Length));

        int Place(string name, int otherwise) => call.Get(name, null) is null ? otherwise : call.Number(name) is var place && place < 0
            ? Math.Max(0, place + characters.Count) : place;
    }

    private static bool All(string text, Func<int, bool> test) => text.Length > 0 && CodePoints.All(text).All(test);
}
