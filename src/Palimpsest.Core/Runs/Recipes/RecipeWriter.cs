using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Palimpsest.Runs.Recipes;

/// <summary>Writes the resolved recipe: every key with its value, defaults included, such that reading it gives an equal record.</summary>
public static partial class RecipeWriter
{
    /// <summary>The recipe as YAML, keys in the order of the format, line ends <c>\n</c>.</summary>
    public static string ToYaml(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        StringBuilder yaml = new();
        Record(yaml, recipe, recipe.GetType(), 0);
        return yaml.ToString();
    }

    // Options have a name where one is chosen; a key that takes one kind only has none.
    private static void Record(StringBuilder yaml, object record, Type declared, int indent)
    {
        if (RecipeChoices.Of(declared) is not null)
            Entry(yaml, RecipeChoices.NameKey, RecipeChoices.NameOf(record), typeof(string), indent);
        foreach (RecipeKey key in RecipeShape.Of(record.GetType()).Keys)
            Entry(yaml, key.Name, key.Property.GetValue(record), key.Property.PropertyType, indent);
    }

    private static void Entry(StringBuilder yaml, string key, object? value, Type declared, int indent)
    {
        yaml.Append(' ', indent).Append(key).Append(':');
        if (Inline(value, declared) is { } inline)
        {
            yaml.Append(' ').Append(inline).Append('\n');
            return;
        }

        yaml.Append('\n');
        if (Entries(value!) is { } entries)
        {
            foreach ((string name, object? item) in entries)
                Entry(yaml, Quote(name, escape: false), item, ValueOf(declared), indent + 2);
        }
        else if (value is IEnumerable items)
        {
            foreach (object? item in items)
                Item(yaml, item, ItemOf(declared), indent + 2);
        }
        else
        {
            Record(yaml, value!, declared, indent + 2);
        }
    }

    private static void Item(StringBuilder yaml, object? item, Type declared, int indent)
    {
        yaml.Append(' ', indent).Append("- ");
        if (Inline(item, declared) is { } inline)
        {
            yaml.Append(inline).Append('\n');
            return;
        }

        // The dash takes two columns, so the first line of the item moves up beside it.
        StringBuilder inner = new();
        if (Entries(item!) is { } entries)
        {
            foreach ((string name, object? value) in entries)
                Entry(inner, Quote(name, escape: false), value, ValueOf(declared), indent + 2);
        }
        else if (item is IEnumerable items)
        {
            foreach (object? value in items)
                Item(inner, value, ItemOf(declared), indent + 2);
        }
        else
        {
            Record(inner, item!, declared, indent + 2);
        }

        yaml.Append(inner, indent + 2, inner.Length - indent - 2);
    }

    /// <summary>The value in one line, or null if it takes several.</summary>
    private static string? Inline(object? value, Type declared)
    {
        if (value is null)
            return "null";
        if (RecipeScalars.IsScalar(value.GetType()))
            return value is string || value.GetType() is { IsEnum: false, IsPrimitive: false } ? Quote(RecipeScalars.Write(value), escape: value is string) : RecipeScalars.Write(value);
        if (Entries(value) is { } entries)
            return entries.Count == 0 ? "{}" : null;
        if (value is not IEnumerable items)
            return RecipeShape.Of(value.GetType()).Keys.Count > 0 ? null : RecipeChoices.Of(declared) is null
                ? "{}" : Quote(RecipeChoices.NameOf(value), escape: true);

        List<string> parts = [];
        foreach (object? item in items)
        {
            if (item is not null && !RecipeScalars.IsScalar(item.GetType()))
                return null;
            parts.Add(Inline(item, ItemOf(declared))!);
        }

        return $"[{string.Join(", ", parts)}]";
    }

    private static Type ItemOf(Type list) => RecipeShape.ItemOf(list) ?? typeof(object);

    private static Type ValueOf(Type dictionary) => RecipeShape.EntryOf(dictionary)?.Value ?? typeof(object);

    private static List<(string Key, object? Value)>? Entries(object value)
    {
        Type? dictionary = Array.Find(value.GetType().GetInterfaces(), i => RecipeShape.EntryOf(i) is not null);
        if (dictionary is null)
            return null;

        List<(string, object?)> entries = [];
        foreach (object pair in (IEnumerable)value)
        {
            Type type = pair.GetType();
            entries.Add((RecipeScalars.Write(type.GetProperty("Key")!.GetValue(pair)!), type.GetProperty("Value")!.GetValue(pair)));
        }

        return entries;
    }

    /// <summary>Text as a YAML scalar: plain where no reader could take it for anything else, in double quotes otherwise.</summary>
    private static string Quote(string text, bool escape)
    {
        if (escape)
            text = RecipeVariables.Escape(text);
        if (PlainPattern().IsMatch(text) && text is not ("null" or "Null" or "NULL") && !WordPattern().IsMatch(text))
            return text;

        StringBuilder quoted = new("\"");
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                < ' ' or (>= '\x7f' and <= '\xa0') or '\u2028' or '\u2029' or '\ufeff' or >= '\ufffe' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    [GeneratedRegex(@"\A[A-Za-z_/][A-Za-z0-9_./-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainPattern();

    // Words that other readers of YAML 1.1 take for a truth value.
    [GeneratedRegex(@"\A(true|false|yes|no|on|off|y|n)\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex WordPattern();
}
