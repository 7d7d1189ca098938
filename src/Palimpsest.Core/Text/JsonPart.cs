using System.Text.Json;

namespace Palimpsest.Text;

/// <summary>One part of a tokenizer file together with where it stands, so that every complaint names file and place.</summary>
internal readonly struct JsonPart(JsonElement value, string file, string place)
{
    /// <summary>Where the part stands, such as <c>pre_tokenizer.pretokenizers[1]</c>; empty for the file itself.</summary>
    public string Place => place;

    public JsonElement Value => value;

    /// <summary>The error to throw about this part.</summary>
    public PalimpsestException Error(string what) => new(place.Length == 0 ? $"{file}: {what}" : $"{file}: {place} {what}");

    /// <summary>The error for a kind that is not supported.</summary>
    public PalimpsestException Unsupported(string type, string supported) => Error($"type \"{Shorten(type)}\" is not supported; supported: {supported}");

    /// <summary>Another value in this one's place.</summary>
    public JsonPart With(JsonElement other) => new(other, file, place);

    public void RequireObject()
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw Error("must be an object");
    }

    /// <summary>The child of a name, or null when it is missing or null.</summary>
    public JsonPart? Find(string name)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw Error("must be an object");
        return value.TryGetProperty(name, out JsonElement child) && child.ValueKind != JsonValueKind.Null ? new JsonPart(child, file, place.Length == 0 ? name : $"{place}.{name}") : null;
    }

    public JsonPart Get(string name) => Find(name) ?? throw Error($"has no \"{name}\"");

    public string Text(string name) => Get(name).AsText();

    public string? OptionalText(string name) => Find(name)?.AsText();

    public string AsText()
    {
        if (value.ValueKind != JsonValueKind.String)
            throw Error("must be a string");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new PalimpsestException(Error("is not valid Unicode text").Message, error);
        }
    }

    public bool Flag(string name, bool otherwise)
    {
        if (Find(name) is not JsonPart flag)
            return otherwise;
        return flag.Value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw flag.Error("must be true or false"),
        };
    }

    public int Number(string name, int minimum, int maximum) => Get(name).AsNumber(minimum, maximum);

    public int AsNumber(int minimum, int maximum)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int number) || number < minimum || number > maximum)
            throw Error($"is {Shorten(value.GetRawText())}; it must be a whole number from {minimum} to {maximum}");
        return number;
    }

    public List<JsonPart> Items(string name)
    {
        JsonPart list = Get(name);
        return list.AsItems();
    }

    public List<JsonPart> AsItems()
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw Error("must be a list");
        List<JsonPart> items = [];
        foreach (JsonElement item in value.EnumerateArray())
            items.Add(new JsonPart(item, file, $"{place}[{items.Count}]"));
        return items;
    }

    /// <summary>Refuses keys that are not known: what is not understood might change the ids.</summary>
    public void AllowOnly(params ReadOnlySpan<string> names)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw Error("must be an object");
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (!names.Contains(property.Name))
                throw Error($"has the key \"{Shorten(property.Name)}\", which is not supported; supported: {string.Join(", ", names.ToArray())}");
        }
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
