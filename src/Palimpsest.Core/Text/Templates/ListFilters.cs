using System.Numerics;

namespace Palimpsest.Text.Templates;

/// <summary>Filters of rows and dictionaries.</summary>
internal static class ListFilters
{
    public static Dictionary<string, TemplateFilter> All { get; } = new(StringComparer.Ordinal)
    {
        ["length"] = (value, _, _) => Length(value),
        ["count"] = (value, _, _) => Length(value),
        ["list"] = (value, _, budget) => TemplateSequence.List(PythonOperators.Iterate(value, budget)),
        ["first"] = (value, _, budget) => PythonOperators.Iterate(value, budget) is { Count: > 0 } items ? items[0] : new Undefined("No first item, sequence was empty."),
        ["last"] = (value, _, budget) => PythonOperators.Iterate(value, budget) is { Count: > 0 } items ? items[^1] : new Undefined("No last item, sequence was empty."),
        ["join"] = Join,
        ["reverse"] = (value, _, budget) => value is string text ? string.Concat(Enumerable.Reverse(PythonString.Characters(text))) : TemplateSequence.Generator([.. PythonOperators.Iterate(value, budget).Reverse()]),
        ["sort"] = (value, call, budget) => TemplateSequence.List(Sort(PythonOperators.Iterate(value, budget), call.Bind("reverse", "case_sensitive", "attribute"), item => Part(item, call.Get("attribute", null), budget), budget)),
        ["unique"] = Unique,
        ["min"] = (value, call, budget) => Extreme(value, call, budget, greatest: false),
        ["max"] = (value, call, budget) => Extreme(value, call, budget, greatest: true),
        ["sum"] = Sum,
        ["map"] = Map,
        ["select"] = (value, call, budget) => Select(value, call, budget, byAttribute: false, wanted: true),
        ["reject"] = (value, call, budget) => Select(value, call, budget, byAttribute: false, wanted: false),
        ["selectattr"] = (value, call, budget) => Select(value, call, budget, byAttribute: true, wanted: true),
        ["rejectattr"] = (value, call, budget) => Select(value, call, budget, byAttribute: true, wanted: false),
        ["items"] = (value, _, _) => value is Undefined ? TemplateSequence.Generator([]) : TemplateSequence.Generator(Pairs(value)),
        ["dictsort"] = DictionarySort,
        ["groupby"] = GroupBy,
        ["batch"] = Batch,
        ["slice"] = Slice,
        ["attr"] = (value, call, budget) => TemplateMembers.Get(value, call.Bind("name").Text("name"), byDot: true, budget),
    };

    private static object Length(object? value) => new BigInteger(value switch
    {
        Undefined => 0,
        string text => PythonString.Length(text),
        TemplateDictionary dictionary => dictionary.Count,
        TemplateSequence { Kind: not SequenceKind.Generator } row => row.Items.Count,
        _ => throw new TemplateException($"object of type '{PythonText.TypeName(value)}' has no len()"),
    });

    private static List<object?> Pairs(object? value) =>
        value is TemplateDictionary dictionary ? [.. dictionary.Items.Select(item => TemplateSequence.Tuple(item.Key, item.Value))] : throw new TemplateException("Can only get item pairs from a mapping.");

    private static object? Part(object? item, object? attribute, TemplateBudget budget) => attribute is null ? item : TemplateMembers.Path(item, attribute, budget);

    private static string Join(object? value, CallArguments call, TemplateBudget budget)
    {
        string separator = PythonText.Show(call.Bind("d", "attribute").Get("d", ""), budget);
        return StringMethods.Join(separator, [.. PythonOperators.Iterate(value, budget).Select(item => PythonText.Show(Part(item, call.Get("attribute", null), budget), budget))], budget);
    }

    // Of equal ones the first, also of the greatest.
    private static object? Extreme(object? value, CallArguments call, TemplateBudget budget, bool greatest)
    {
        call.Bind("case_sensitive", "attribute");
        bool caseSensitive = call.Flag("case_sensitive", false);
        object? best = new Undefined("No aggregated item, sequence was empty."), bestKey = null;
        foreach ((int i, object? item) in PythonOperators.Iterate(value, budget).Index())
        {
            object? key = Part(item, call.Get("attribute", null), budget) is var part && part is string text && !caseSensitive
                ? PythonString.Lower(text) : part;
            if (i == 0 || PythonOperators.Holds(greatest ? ">" : "<", key, bestKey, budget))
            {
                (best, bestKey) = (item, key);
            }
        }

        return best;
    }

    // Stable, without regard to case unless it is asked for; also in reverse equal items keep their order.
    private static List<object?> Sort(IReadOnlyList<object?> items, CallArguments call, Func<object?, object?> part, TemplateBudget budget)
    {
        bool caseSensitive = call.Flag("case_sensitive", false);
        Comparer<object?> comparer = Comparer<object?>.Create((a, b) => PythonOperators.Compare(a, b, budget));
        Func<object?, object?> key = item => part(item) is string text && !caseSensitive ? PythonString.Lower(text) : part(item);
        return [.. call.Flag("reverse", false) ? items.OrderByDescending(key, comparer) : items.OrderBy(key, comparer)];
    }

    private static TemplateSequence DictionarySort(object? value, CallArguments call, TemplateBudget budget)
    {
        call.Bind("case_sensitive", "by", "reverse");
        int place = call.Text("by", "key") switch { "key" => 0, "value" => 1, _ => throw new TemplateException("You can only sort by either \"key\" or \"value\"") };
        return TemplateSequence.List(Sort(Pairs(value), call, pair => ((TemplateSequence)pair!).Items[place], budget));
    }

    private static TemplateSequence Unique(object? value, CallArguments call, TemplateBudget budget)
    {
        call.Bind("case_sensitive", "attribute");
        TemplateDictionary seen = new();
        List<object?> result = [];
        foreach (object? item in PythonOperators.Iterate(value, budget))
        {
            object? key = Part(item, call.Get("attribute", null), budget);
            key = key is string text && !call.Flag("case_sensitive", false) ? PythonString.Lower(text) : key;
            if (!seen.TryGet(key, out _))
            {
                seen.Set(key, null);
                result.Add(item);
            }
        }

        return TemplateSequence.Generator(result);
    }

    private static object? Sum(object? value, CallArguments call, TemplateBudget budget)
    {
        object? sum = call.Bind("attribute", "start").Get("start", BigInteger.Zero);
        foreach (object? item in PythonOperators.Iterate(value, budget))
        {
            sum = PythonOperators.Apply("+", sum, Part(item, call.Get("attribute", null), budget), budget);
        }

        return sum;
    }

    private static TemplateSequence Map(object? value, CallArguments call, TemplateBudget budget)
    {
        IReadOnlyList<object?> items = PythonOperators.Iterate(value, budget);
        if (call.Positional.Count == 0)
        {
            call.Bind("attribute", "default");
            return TemplateSequence.Generator([.. items.Select(item => Part(item, call["attribute"], budget) is var part && part is Undefined && call.Has("default") ? call["default"] : part)]);
        }

        string name = call.Positional[0] as string ?? throw new TemplateException("map needs the name of a filter");
        CallArguments rest = new($"the filter \"{name}\"", [.. call.Positional.Skip(1)], call.Named);
        return TemplateSequence.Generator([.. items.Select(item => TemplateFilters.Apply(name, item, rest, budget))]);
    }

    private static TemplateSequence Select(object? value, CallArguments call, TemplateBudget budget, bool byAttribute, bool wanted)
    {
        int skip = byAttribute ? 1 : 0;
        if (call.Positional.Count < skip)
        {
            throw new TemplateException("the name of an attribute is missing");
        }

        string? test = call.Positional.Count == skip ? null : call.Positional[skip] as string ?? throw new TemplateException("the name of a test is missing");
        CallArguments rest = new($"the test \"{test}\"", [.. call.Positional.Skip(skip + 1)], call.Named);
        return TemplateSequence.Generator([.. PythonOperators.Iterate(value, budget).Where(item =>
        {
            object? part = byAttribute ? TemplateMembers.Path(item, call.Positional[0], budget) : item;
            return wanted == (test is null ? PythonOperators.IsTrue(part) : TemplateTests.Apply(test, part, rest, budget));
        })]);
    }

    private static TemplateSequence GroupBy(object? value, CallArguments call, TemplateBudget budget)
    {
        call.Bind("attribute", "default", "case_sensitive");
        Func<object?, object?> part = item => Part(item, call["attribute"], budget) is var found && found is Undefined && call.Has("default") ? call["default"] : found;
        List<object?> groups = [];
        List<object?> members = [];
        object? last = null;
        foreach (object? item in Sort(PythonOperators.Iterate(value, budget), call, part, budget))
        {
            object? key = part(item);
            object? same = key is string text && !call.Flag("case_sensitive", false) ? PythonString.Lower(text) : key;
            if (groups.Count == 0 || !PythonOperators.AreEqual(same, last, budget))
            {
                members = [];
                groups.Add(TemplateSequence.Tuple(key, TemplateSequence.List(members)));
            }

            last = same;
            members.Add(item);
        }

        return TemplateSequence.List(groups);
    }

    private static TemplateSequence Batch(object? value, CallArguments call, TemplateBudget budget)
    {
        int size = call.Bind("linecount", "fill_with").Number("linecount");
        if (size < 1)
        {
            throw new TemplateException("batch needs at least one item a row");
        }

        List<object?> rows = [];
        foreach (object?[] chunk in PythonOperators.Iterate(value, budget).Chunk(size))
        {
            object? fill = call.Get("fill_with", null);
            budget.Charge(fill is null ? 0 : size);
            rows.Add(TemplateSequence.List(fill is null ? chunk : [.. chunk, .. Enumerable.Repeat(fill, size - chunk.Length)]));
        }

        return TemplateSequence.Generator(rows);
    }

    private static TemplateSequence Slice(object? value, CallArguments call, TemplateBudget budget)
    {
        IReadOnlyList<object?> items = PythonOperators.Iterate(value, budget);
        int slices = call.Bind("slices", "fill_with").Number("slices");
        if (slices < 1)
        {
            throw new TemplateException("slice needs at least one slice");
        }

        budget.Charge(slices);
        int each = items.Count / slices, longer = items.Count % slices, at = 0;
        object? fill = call.Get("fill_with", null);
        List<object?> rows = [];
        for (int i = 0; i < slices; i++)
        {
            int count = each + (i < longer ? 1 : 0);
            IEnumerable<object?> row = items.Skip(at).Take(count);
            rows.Add(TemplateSequence.List([.. fill is not null && i >= longer ? row.Append(fill) : row]));
            at += count;
        }

        return TemplateSequence.Generator(rows);
    }
}
