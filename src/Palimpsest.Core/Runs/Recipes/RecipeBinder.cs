using System.Buffers;
using System.Reflection;
using Palimpsest.Common;

namespace Palimpsest.Runs.Recipes;

/// <summary>Binds a tree of YAML to records and collects every problem instead of stopping at the first.</summary>
internal sealed class RecipeBinder(Func<string, string?> environment)
{
    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    private readonly List<(IValidated Record, RecipeSection Section, string Path)> _validated = [];

    public List<string> Problems { get; } = [];

    public object? Bind(Type type, RecipeSection section)
    {
        object? record = Record(type, section, "", null);
        if (Problems.Count > 0)
            return null;

        // Only sound records are asked: a rule may compare values that failed to bind.
        foreach ((IValidated candidate, RecipeSection from, string path) in _validated)
            Validate(candidate, from, path);
        return Problems.Count > 0 ? null : record;
    }

    private object? Record(Type type, RecipeSection section, string path, object? defaults)
    {
        if (type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is null)
            throw new InvalidOperationException($"{type.Name} cannot be bound to a recipe: it must be a sealed record with init properties and no primary constructor.");

        // A parent may set defaults of its own for a section (Train = new() { Steps = 600 }); keys that are not given keep those.
        object record = defaults is not null && defaults.GetType() == type
            ? type.GetMethod("<Clone>$")?.Invoke(defaults, null) ?? throw new InvalidOperationException($"{type.Name} must be a record.")
            : Activator.CreateInstance(type)!;
        RecipeShape shape = RecipeShape.Of(type);

        foreach (RecipeEntry entry in section.Entries)
        {
            if (shape.Find(entry.Key) is not { } key)
                Problems.Add(Unknown(shape, entry, path));
            else if (TryValue(key.Property.PropertyType, key.Nullability, entry.Value, Join(path, entry.Key), key.Property.GetValue(record), out object? value))
                key.Property.SetValue(record, value);
        }

        foreach (RecipeKey key in shape.Keys.Where(key => section.Find(key.Name) is null))
        {
            if (key.Required && defaults?.GetType() != type)
                Problems.Add(path.Length == 0 ? $"{section.Place.Source}: the key \"{key.Name}\" is missing." : $"{section.Place}: \"{path}\" lacks the key \"{key.Name}\".");
            else
                KeepDefault(record, key, path);
        }

        if (record is IValidated validated)
            _validated.Add((validated, section, path));
        return record;
    }

    // Defaults are brought into the form that was read has: equality goes by content, and their rules are checked too.
    private void KeepDefault(object record, RecipeKey key, string path)
    {
        object? value = key.Property.GetValue(record);
        Type type = key.Property.PropertyType;
        if (value is null || RecipeScalars.IsScalar(Nullable.GetUnderlyingType(type) ?? type))
            return;
        if (RecipeShape.ItemOf(type) is { } item && !type.IsArray)
            key.Property.SetValue(record, Activator.CreateInstance(typeof(ValueList<>).MakeGenericType(item), value));
        else if (RecipeShape.EntryOf(type) is { } entry)
            key.Property.SetValue(record, Activator.CreateInstance(typeof(ValueDictionary<,>).MakeGenericType(entry.Key, entry.Value), value));
        else if (!type.IsArray)
            key.Property.SetValue(record, Record(value.GetType(), new RecipeSection(Place.Override, []), Join(path, key.Name), value));
    }

    private bool TryValue(Type type, NullabilityInfo? nullability, RecipeNode node, string path, object? defaults, out object? value)
    {
        int before = Problems.Count;
        value = Value(type, nullability, node, path, defaults);
        return Problems.Count == before;
    }

    private object? Value(Type type, NullabilityInfo? nullability, RecipeNode node, string path, object? defaults)
    {
        Type bare = Nullable.GetUnderlyingType(type) ?? type;
        if (node is RecipeScalar { IsNull: true })
        {
            if (nullability is not { WriteState: NullabilityState.Nullable } && bare == type)
                Problems.Add($"{node.Place}: {path} must be {Expected(bare)}, but is empty. Give a value, or remove the line to keep the default.");
            return null;
        }

        if (RecipeScalars.IsScalar(bare))
            return Scalar(bare, node, path);
        if (RecipeShape.ItemOf(bare) is { } item)
            return List(bare, item, nullability?.GenericTypeArguments is [var itemInfo] ? itemInfo : nullability?.ElementType, node, path);
        if (RecipeShape.EntryOf(bare) is { } entry)
            return Dictionary(entry.Key, entry.Value, nullability?.GenericTypeArguments is [_, var valueInfo] ? valueInfo : null, node, path);
        if (RecipeChoices.Of(bare) is { } choices)
            return Choice(choices, node, path, defaults);
        if (node is RecipeSection section)
            return Record(bare, section, path, defaults);

        return Fail(node, path, Expected(bare));
    }

    private object? Choice(IReadOnlyDictionary<string, Type> choices, RecipeNode node, string path, object? defaults)
    {
        RecipeSection? section = node as RecipeSection;
        RecipeNode? named = section is null ? node : section.Find(RecipeChoices.NameKey)?.Value;
        if (named is not RecipeScalar { IsNull: false } name)
        {
            return named is null && defaults is not null
                ? Record(defaults.GetType(), section!, path, defaults)
                : Fail(named ?? node, path, "a name, or a section with a name and options", $" There are: {string.Join(", ", choices.Keys)}.");
        }

        if (!choices.TryGetValue(name.Text, out Type? type))
        {
            Problems.Add($"{name.Place}: {path} {RecipeChoices.Unknown(choices.Keys, name.Text)}");
            return null;
        }

        List<RecipeEntry> options = [.. section?.Entries.Where(entry => entry.Key != RecipeChoices.NameKey) ?? []];
        return Record(type, new RecipeSection(node.Place, options), path, defaults);
    }

    private object? Scalar(Type type, RecipeNode node, string path)
    {
        if (node is RecipeSection { Word: { } word, Entries: [_, var wanted, ..] })
        {
            Problems.Add(RecipeOverrides.NoSection(word, path, Join(path, wanted.Key)).Message);
            return null;
        }

        if (node is not RecipeScalar scalar)
            return Fail(node, path, Expected(type));

        if (!scalar.Text.Contains("${", StringComparison.Ordinal) || type != typeof(string))
        {
            if (RecipeScalars.TryRead(type, scalar, out object? value, out string expected))
                return value;
            if (scalar.Quoted && (type == typeof(bool) || RecipeScalars.IsNumber(type)))
                Problems.Add($"{node.Place}: {path} must be {expected}, but is {node.Describe()}. Remove the quotes.");
            else
                Fail(node, path, type.IsEnum && NearestName.Find(scalar.Text, expected["one of ".Length..].Split(", ")) is { } nearest
                    ? $"{expected} (nearest: {nearest})" : expected, RecipeScalars.WayOut(type, scalar.Text));
            return null;
        }

        string expanded = RecipeVariables.Expand(scalar.Text, environment, out string? problem);
        if (problem is not null)
            Problems.Add($"{node.Place}: {path} {problem}");
        return expanded;
    }

    private object? List(Type type, Type item, NullabilityInfo? nullability, RecipeNode node, string path)
    {
        if (node is not RecipeList list)
            return node is RecipeScalar scalar ? Fail(node, path, "a list", $" Write [{scalar.Text}].") : Fail(node, path, "a list");

        Array items = Array.CreateInstance(item, list.Items.Count);
        for (int i = 0; i < items.Length; i++)
        {
            if (TryValue(item, nullability, list.Items[i], string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{path}[{i}]"), null, out object? value))
                items.SetValue(value, i);
        }

        return type.IsArray ? items : Activator.CreateInstance(typeof(ValueList<>).MakeGenericType(item), items);
    }

    private object? Dictionary(Type keyType, Type valueType, NullabilityInfo? nullability, RecipeNode node, string path)
    {
        if (node is not RecipeSection section)
            return Fail(node, path, "a section of keys and values");

        Type pair = typeof(KeyValuePair<,>).MakeGenericType(keyType, valueType);
        Array pairs = Array.CreateInstance(pair, section.Entries.Count);
        HashSet<object> seen = [];
        for (int i = 0; i < pairs.Length; i++)
        {
            RecipeEntry entry = section.Entries[i];
            if (!RecipeScalars.TryRead(keyType, new RecipeScalar(entry.Place, entry.Key, quoted: false), out object? key, out string expected))
                Problems.Add($"{entry.Place}: the key \"{entry.Key}\" of {path} must be {expected}.");
            else if (!seen.Add(key))
                Problems.Add($"{entry.Place}: the key \"{entry.Key}\" of {path} stands twice. Keep one.");
            else if (TryValue(valueType, nullability, entry.Value, Join(path, entry.Key), null, out object? value))
                pairs.SetValue(Activator.CreateInstance(pair, key, value), i);
        }

        // After a problem the pairs have gaps, and nothing will use them.
        return Problems.Count > 0 ? null : Activator.CreateInstance(typeof(ValueDictionary<,>).MakeGenericType(keyType, valueType), pairs);
    }

    private void Validate(IValidated record, RecipeSection section, string path)
    {
        foreach (string problem in record.Problems())
        {
            int length = problem.AsSpan().IndexOfAnyExcept(KeyCharacters);
            string word = length < 0 ? problem : problem[..length];
            bool aboutKey = RecipeShape.Of(record.GetType()).Find(word) is not null;
            Place place = section.Find(word)?.Place ?? section.Place;
            string subject = path.Length == 0 ? "" : aboutKey ? path + "." : path + ": ";
            Problems.Add($"{place}: {subject}{problem}");
        }
    }

    private object? Fail(RecipeNode node, string path, string expected, string way = "")
    {
        Problems.Add($"{node.Place}: {path} must be {expected}, but is {node.Describe()}.{way}");
        return null;
    }

    private static string Expected(Type type)
    {
        if (type == typeof(string))
            return "text";
        if (RecipeShape.ItemOf(type) is not null)
            return "a list";
        if (!RecipeScalars.IsScalar(type))
            return "a section of keys and values";
        RecipeScalars.TryRead(type, new RecipeScalar(default, "\0", quoted: false), out _, out string expected);
        return expected;
    }

    private static string Unknown(RecipeShape shape, RecipeEntry entry, string path)
    {
        string message = $"{entry.Place}: unknown key \"{Join(path, entry.Key)}\".";
        return NearestName.Find(entry.Key, shape.Keys.Select(key => key.Name)) is { } nearest
            ? $"{message} Did you mean \"{nearest}\"?"
            : $"{message} Known here: {string.Join(", ", shape.Keys.Select(key => key.Name))}.";
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
