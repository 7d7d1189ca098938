using System.Numerics;

namespace Palimpsest.Text.Templates;

/// <summary>Attributes, items and slices of values. What would change a value is not there.</summary>
internal static class TemplateMembers
{
    private static readonly string[] s_changing =
        ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort", "popitem", "setdefault", "update"];

    public static object? Get(object? owner, object? key, bool byDot, TemplateBudget budget)
    {
        PythonOperators.ThrowIfUndefined(owner);
        if (byDot && key is string attribute && Attribute(owner, attribute, budget) is var found && found is not null)
        {
            return found;
        }

        if (Item(owner, key, budget, out object? item))
        {
            return item;
        }

        return (!byDot && key is string name ? Attribute(owner, name, budget) : null) ?? Undefined.Member(owner, key, budget);
    }

    public static object Slice(object? owner, int? start, int? stop, int? step, TemplateBudget budget)
    {
        PythonOperators.ThrowIfUndefined(owner);
        IReadOnlyList<object?> items = owner is string or TemplateSequence { Kind: SequenceKind.List or SequenceKind.Tuple }
            ? PythonOperators.Iterate(owner, budget)
            : throw new TemplateException($"'{PythonText.TypeName(owner)}' object is not subscriptable");
        int by = step ?? 1;
        if (by == 0)
        {
            throw new TemplateException("slice step cannot be zero");
        }

        int low = by > 0 ? 0 : -1, high = by > 0 ? items.Count : items.Count - 1;
        int from = Place(start, by > 0 ? low : high), to = Place(stop, by > 0 ? high : low);
        List<object?> result = [];
        for (long i = from; by > 0 ? i < to : i > to; i += by)
        {
            result.Add(items[(int)i]);
        }

        return owner is string ? string.Concat(result) : new TemplateSequence(((TemplateSequence)owner).Kind, result);

        int Place(int? index, int otherwise) => index is not int place ? otherwise : Math.Clamp(place < 0 ? place + (long)items.Count : place, low, high) is var at ? (int)at : 0;
    }

    /// <summary>Follows a path such as <c>function.name</c>, as the filters that take an attribute do.</summary>
    public static object? Path(object? owner, object? path, TemplateBudget budget)
    {
        if (path is not string text)
        {
            return Get(owner, path, byDot: false, budget);
        }

        foreach (string part in text.Split('.'))
        {
            owner = Get(owner, BigInteger.TryParse(part, System.Globalization.NumberStyles.None, null, out BigInteger index) ? index : part, byDot: false, budget);
        }

        return owner;
    }

    private static bool Item(object? owner, object? key, TemplateBudget budget, out object? item)
    {
        item = null;
        switch (owner)
        {
            case TemplateDictionary dictionary:
                return dictionary.TryGet(key, out item);
            case TemplateNamespace fields:
                return key is string field && fields.Fields.TryGetValue(field, out item);
            case LoopState loop when key is string name:
                item = loop.Field(name, budget);
                return true;
            case string or TemplateSequence { Kind: SequenceKind.List or SequenceKind.Tuple } when PythonOperators.Whole(key) is BigInteger index:
                if (owner is string text)
                {
                    budget.Charge(text.Length);
                }

                IReadOnlyList<object?> items = owner is TemplateSequence row ? row.Items : PythonString.Characters((string)owner);
                index += index.Sign < 0 ? items.Count : 0;
                bool inside = index.Sign >= 0 && index < items.Count;
                item = inside ? items[(int)index] : null;
                return inside;
            default:
                return false;
        }
    }

    private static object? Attribute(object? owner, string name, TemplateBudget budget)
    {
        switch (owner)
        {
            case string text:
                return StringMethods.Find(text, name, budget);
            case TemplateFunction { Fields: not null } function:
                return function.Fields.GetValueOrDefault(name);
            case TemplateDictionary or TemplateSequence when s_changing.Contains(name) && !(owner is TemplateDictionary known && known.TryGet(name, out _)):
                return new Undefined($"access to attribute '{name}' of '{PythonText.TypeName(owner)}' object is unsafe");
            case TemplateDictionary dictionary:
                return DictionaryMethod(dictionary, name);
            case TemplateSequence { Kind: SequenceKind.List or SequenceKind.Tuple } row:
                return RowMethod(row, name, budget);
            default:
                return null;
        }
    }

    private static TemplateFunction? DictionaryMethod(TemplateDictionary dictionary, string name)
    {
        return name switch
        {
            "items" => new("items", call => View(call, item => TemplateSequence.Tuple(item.Key, item.Value))),
            "keys" => new("keys", call => View(call, item => item.Key)),
            "values" => new("values", call => View(call, item => item.Value)),
            "get" => new("get", call => dictionary.TryGet(call.Bind("key", "default")["key"], out object? value) ? value : call.Get("default", null)),
            "copy" => new("copy", _ => dictionary),
            _ => null,
        };

        TemplateSequence View(CallArguments call, Func<KeyValuePair<object?, object?>, object?> part)
        {
            call.Bind();
            return new TemplateSequence(SequenceKind.View, [.. dictionary.Items.Select(part)]);
        }
    }

    private static TemplateFunction? RowMethod(TemplateSequence row, string name, TemplateBudget budget) => name switch
    {
        "count" => new("count", call => new BigInteger(row.Items.Count(item => PythonOperators.AreEqual(item, call.Bind("value")["value"], budget)))),
        "index" => new("index", call =>
        {
            for (int i = 0; i < row.Items.Count; i++)
            {
                if (PythonOperators.AreEqual(row.Items[i], call.Bind("value")["value"], budget))
                {
                    return new BigInteger(i);
                }
            }

            throw new TemplateException("the value is not in the list");
        }),
        _ => null,
    };
}
