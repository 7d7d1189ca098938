using System.Globalization;

namespace Palimpsest.Runs.Recipes;

/// <summary>Lays overrides (<c>a.b=value</c>) over a recipe before it is bound, so that an override is typed and checked like a line of the file.</summary>
internal static class RecipeOverrides
{
    public static void Apply(RecipeSection root, IEnumerable<string> overrides)
    {
        foreach (string text in overrides)
            Apply(root, text);
    }

    private static void Apply(RecipeSection root, string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string path = equals < 0 ? "" : text[..equals].Trim();
        string[] names = path.Split('.');
        if (names.Any(string.IsNullOrWhiteSpace))
            throw new PalimpsestException($"override: \"{text}\" is not of the form key=value. Write for example train.steps=100.");

        RecipeNode value = RecipeYaml.Parse(text[(equals + 1)..], "override", withLines: false);
        RecipeNode parent = root;
        for (int i = 0; i < names.Length - 1; i++)
            parent = Step(parent, names[i], string.Join('.', names[..(i + 1)]), path);

        switch (parent)
        {
            case RecipeSection section:
                section.Put(new RecipeEntry(names[^1], Place.Override, value));
                break;
            case RecipeList list:
                list.Items[Index(list, names[^1], path)] = value;
                break;
            default:
                throw NoSection(parent, string.Join('.', names[..^1]), path);
        }
    }

    private static RecipeNode Step(RecipeNode parent, string name, string soFar, string path)
    {
        switch (parent)
        {
            case RecipeSection section when section.Find(name)?.Value is { } found and not RecipeScalar { IsNull: true }
                and not RecipeScalar { Quoted: false, Text: [(>= 'a' and <= 'z'), ..] }:
                return found;
            case RecipeSection section:
                // A word where a section is wanted is the name of a choice, whose options follow.
                RecipeScalar? word = section.Find(name)?.Value is RecipeScalar { IsNull: false } chosen ? chosen : null;
                RecipeSection created = new(Place.Override, word is null ? [] : [new RecipeEntry(RecipeChoices.NameKey, Place.Override, word)]) { Word = word };
                section.Put(new RecipeEntry(name, Place.Override, created));
                return created;
            case RecipeList list:
                return list.Items[Index(list, name, path)];
            default:
                throw NoSection(parent, soFar[..soFar.LastIndexOf('.')], path);
        }
    }

    private static int Index(RecipeList list, string name, string path)
    {
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < list.Items.Count)
            return index;
        throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture,
            $"override: \"{name}\" in \"{path}\" must be a position in a list of {list.Items.Count}, counted from 0."));
    }

    public static PalimpsestException NoSection(RecipeNode node, string name, string path) =>
        new($"override: \"{name}\" is {node.Describe()} and not a section, so \"{path}\" cannot be set.");
}
