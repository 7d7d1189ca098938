namespace Palimpsest.Runs.Recipes;

/// <summary>Where something stands: a file and a line, or an override.</summary>
internal readonly record struct Place(string Source, int Line)
{
    public static Place Override => new("override", 0);

    public override string ToString() => Line == 0 ? Source : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Source} line {Line}");
}

/// <summary>A piece of YAML that remembers where it stands. YamlDotNet's own model would expand aliases and lose the place of an override.</summary>
internal abstract class RecipeNode(Place place)
{
    public Place Place { get; } = place;

    /// <summary>The node in the words of an error message.</summary>
    public abstract string Describe();
}

internal sealed class RecipeScalar(Place place, string text, bool quoted) : RecipeNode(place)
{
    public string Text { get; } = text;

    public bool Quoted { get; } = quoted;

    public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Describe() => IsNull ? "empty" : $"\"{Shorten(Text)}\"{(Quoted ? " in quotes" : "")}";

    private static string Shorten(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= 60 ? line : string.Concat(line.AsSpan(0, 57), "...");
    }
}

internal sealed class RecipeList(Place place, List<RecipeNode> items) : RecipeNode(place)
{
    public List<RecipeNode> Items { get; } = items;

    public override string Describe() => "a list";
}

internal sealed record RecipeEntry(string Key, Place Place, RecipeNode Value);

internal sealed class RecipeSection(Place place, List<RecipeEntry> entries) : RecipeNode(place)
{
    public List<RecipeEntry> Entries { get; } = entries;

    /// <summary>The word that stood here before an override wanted a section: the name of a choice, if this is one.</summary>
    public RecipeScalar? Word { get; init; }

    public RecipeEntry? Find(string key) => Entries.Find(entry => entry.Key == key);

    public void Put(RecipeEntry entry)
    {
        int old = Entries.FindIndex(e => e.Key == entry.Key);
        if (old < 0)
            Entries.Add(entry);
        else
            Entries[old] = entry;
    }

    public override string Describe() => "a section";
}
