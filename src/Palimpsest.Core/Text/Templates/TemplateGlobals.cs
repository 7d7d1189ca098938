using System.Globalization;
using System.Numerics;
using System.Text;

namespace Palimpsest.Text.Templates;

/// <summary>The functions that every template can call.</summary>
internal static class TemplateGlobals
{
    // Jinja's sandbox has the same bound.
    private const int LongestRange = 100_000;

    public static Scope Scope(DateTimeOffset now, TemplateBudget budget)
    {
        Scope scope = new(null);
        foreach (TemplateFunction function in (TemplateFunction[])
        [
            new("raise_exception", call => throw new TemplateException(PythonText.Show(call.Bind("message")["message"], budget)) { Raised = true }),
            new("strftime_now", call => Clock(now, call.Bind("format").Text("format"))),
            new("range", call => Range(call, budget)),
            new("dict", call => Dictionary(call)),
            new("namespace", call => Namespace(call)),
            new("cycler", Cycler),
            new("joiner", Joiner),
            new("lipsum", _ => throw new TemplateException("\"lipsum\" is not supported")),
        ])
        {
            scope.Set(function.Name, function);
        }

        return scope;
    }

    private static TemplateSequence Range(CallArguments call, TemplateBudget budget)
    {
        if (call.Positional.Count == 0)
        {
            throw new TemplateException("range needs at least one argument");
        }

        call.Bind(call.Positional.Count == 1 ? ["stop"] : ["start", "stop", "step"]);
        long start = call.Number("start", 0), stop = call.Number("stop"), step = call.Number("step", 1);
        if (step == 0)
        {
            throw new TemplateException("range() arg 3 must not be zero");
        }

        long count = Math.Max(0, step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step);
        if (count > LongestRange)
        {
            throw new TemplateException($"a range may have {LongestRange} items, not {count}");
        }

        budget.Charge(count);
        object?[] items = new object?[count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = new BigInteger(start + (i * step));
        }

        return new TemplateSequence(SequenceKind.List, items) { Shown = step == 1 ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})" };
    }

    private static TemplateDictionary Dictionary(CallArguments call)
    {
        TemplateDictionary result = new();
        if (call.Positional is [TemplateDictionary first])
        {
            foreach ((object? key, object? value) in first.Items)
            {
                result.Set(key, value);
            }
        }
        else if (call.Positional.Count > 0)
        {
            throw new TemplateException("dict takes one dictionary and named values");
        }

        foreach ((string name, object? value) in call.Named)
        {
            result.Set(name, value);
        }

        return result;
    }

    private static TemplateNamespace Namespace(CallArguments call)
    {
        TemplateNamespace result = new();
        foreach ((object? key, object? value) in Dictionary(call).Items)
        {
            result.Fields[key as string ?? throw new TemplateException("the fields of a namespace have names")] = value;
        }

        return result;
    }

    private static TemplateFunction Cycler(CallArguments call)
    {
        int at = 0;
        if (call.Positional.Count == 0)
        {
            throw new TemplateException("at least one item has to be provided");
        }

        return new TemplateFunction("cycler", _ => throw new TemplateException("a cycler is not called; use its \"next\""))
        {
            Fields = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["next"] = new TemplateFunction("next", _ => call.Positional[at++ % call.Positional.Count]),
                ["reset"] = new TemplateFunction("reset", _ => at = 0),
            },
        };
    }

    private static TemplateFunction Joiner(CallArguments call)
    {
        string separator = call.Bind("sep").Text("sep", ", ")!;
        bool used = false;
        return new TemplateFunction("joiner", _ =>
        {
            (bool again, used) = (used, true);
            return again ? separator : "";
        });
    }

    // English names whatever the machine speaks, as Python has them in its C locale.
    private static string Clock(DateTimeOffset now, string format)
    {
        StringBuilder result = new();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }

            bool bare = i + 1 < format.Length && format[i + 1] == '-';
            i += bare ? 2 : 1;
            char letter = i < format.Length ? format[i] : throw new TemplateException("the time format ends in \"%\"");
            string? pattern = letter switch
            {
                'd' => "dd",
                'm' => "MM",
                'y' => "yy",
                'Y' => "yyyy",
                'H' => "HH",
                'I' => "hh",
                'M' => "mm",
                'S' => "ss",
                'f' => "ffffff",
                'p' => "tt",
                'a' => "ddd",
                'A' => "dddd",
                'b' or 'h' => "MMM",
                'B' => "MMMM",
                'F' => "yyyy-MM-dd",
                'T' => "HH:mm:ss",
                'D' => "MM/dd/yy",
                'R' => "HH:mm",
                _ => null,
            };
            string text = letter switch
            {
                '%' => "%",
                'j' => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
                _ when pattern is not null => now.ToString(pattern, CultureInfo.InvariantCulture),
                _ => throw new TemplateException($"the time format \"%{letter}\" is not supported"),
            };
            result.Append(bare && text.Length > 1 ? text.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0" : text);
        }

        return result.ToString();
    }
}
