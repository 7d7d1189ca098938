using System.Globalization;
using Palimpsest.Common;

namespace Palimpsest.Runs.Recipes;

/// <summary>Reads recipes: YAML bound to sealed records, where anything that does not fit is an error with file, line, key and the nearest valid one.</summary>
/// <remarks>
/// Text may use <c>${PALIMPSEST_DATA}</c>, the folder of data sets. Anchors, aliases, tags and several documents are refused. All problems are listed at once. Safe for several threads.
/// </remarks>
public static class RecipeReader
{
    private const int SupportedSchema = 1;
    private const int ListedProblems = 20;

    /// <summary>Reads a file.</summary>
    /// <typeparam name="T">The record of the file's kind; see <see cref="PeekKind"/>.</typeparam>
    /// <param name="path">A YAML file.</param>
    /// <param name="overrides">Overrides of the form <c>train.steps=100</c>, applied in order, typed and checked like the file.</param>
    /// <exception cref="PalimpsestException">The file is missing or unreadable, or its content does not fit the record.</exception>
    public static T Read<T>(string path, IEnumerable<string>? overrides = null)
        where T : Recipe => Parse<T>(Text(path), path, overrides);

    /// <summary>Reads a file into a type known only when running.</summary>
    /// <param name="type">A sealed record derived from <see cref="Recipe"/>.</param>
    /// <param name="path">A YAML file.</param>
    /// <param name="overrides">Overrides of the form <c>train.steps=100</c>, applied in order, typed and checked like the file.</param>
    /// <exception cref="PalimpsestException">The file is missing or unreadable, or its content does not fit the record.</exception>
    public static Recipe Read(Type type, string path, IEnumerable<string>? overrides = null) =>
        Parse(type, Text(path), path, overrides, Environment.GetEnvironmentVariable);

    /// <summary>Reads a recipe from text.</summary>
    /// <typeparam name="T">The record to bind to.</typeparam>
    /// <param name="yaml">The YAML.</param>
    /// <param name="name">What messages call it, usually a file.</param>
    /// <param name="overrides">Overrides of the form <c>train.steps=100</c>.</param>
    /// <exception cref="PalimpsestException">The content does not fit the record.</exception>
    public static T Parse<T>(string yaml, string name, IEnumerable<string>? overrides = null)
        where T : Recipe => (T)Parse(typeof(T), yaml, name, overrides, Environment.GetEnvironmentVariable);

    /// <summary>The kind of a recipe, which selects the record to read it into. Nothing else is checked but the schema.</summary>
    /// <exception cref="PalimpsestException">The file is missing, unreadable or no YAML, its schema is unknown, or it has no kind.</exception>
    public static string PeekKind(string path)
    {
        RecipeSection root = Root(Text(path), path);
        return root.Find("kind")?.Value is RecipeScalar { IsNull: false } kind
            ? kind.Text
            : throw new PalimpsestException($"{path}: the key \"kind\" is missing. It says which experiment runs the recipe, for example \"kind: finetune\".");
    }

    internal static Recipe Parse(Type type, string yaml, string name, IEnumerable<string>? overrides, Func<string, string?> environment)
    {
        RecipeSection root = Root(yaml, name);
        RecipeOverrides.Apply(root, overrides ?? []);
        RecipeBinder binder = new(environment);
        object? recipe = binder.Bind(type, root);
        if (binder.Problems.Count > 0)
        {
            IEnumerable<string> listed = binder.Problems.Take(ListedProblems);
            if (binder.Problems.Count > ListedProblems)
                listed = listed.Append(string.Create(CultureInfo.InvariantCulture, $"... and {binder.Problems.Count - ListedProblems} more problems."));
            throw new PalimpsestException(string.Join('\n', listed));
        }

        return (Recipe)recipe!;
    }

    private static RecipeSection Root(string yaml, string name)
    {
        RecipeNode node = RecipeYaml.Parse(yaml, name);
        if (node is not RecipeSection root)
            throw new PalimpsestException($"{name}: a recipe is a section of keys and values (schema, kind, seed, ...), but this is {node.Describe()}.");

        // A newer schema may mean anything by its keys, so this is said before any of them is judged.
        if (root.Find("schema") is { } schema && !(schema.Value is RecipeScalar { Quoted: false } scalar && scalar.Text == SupportedSchema.ToString(CultureInfo.InvariantCulture)))
            throw new PalimpsestException($"{schema.Place}: schema must be {SupportedSchema}, but is {schema.Value.Describe()}. A newer version of Palimpsest may read it.");
        return root;
    }

    private static string Text(string path)
    {
        try
        {
            return RegularFile.ReadText(path, 4 * RecipeYaml.MaxCharacters)
                ?? throw new PalimpsestException($"{path}: too long for a recipe. Put data into a file and name the file in the recipe.");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PalimpsestException($"{path}: there is no such recipe.{Nearest(path)}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new PalimpsestException($"{path}: cannot be read ({error.Message.TrimEnd('.')}).", error);
        }
    }

    private static string Nearest(string path)
    {
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        if (!Directory.Exists(folder))
            return $" The folder {folder} does not exist.";

        IEnumerable<string> files = Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Where(file => Path.GetExtension(file) is ".yaml" or ".yml").Take(1000);
        return NearestName.Find(Path.GetFileName(path), files) is { } nearest ? $" Did you mean {Path.Combine(folder, nearest)}?" : "";
    }
}
