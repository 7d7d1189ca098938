using System.Globalization;
using Palimpsest.Data;
using Palimpsest.Data.Worlds;
using Palimpsest.Jobs;
using Palimpsest.Numerics;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Texts to classify: some to learn from, others that every classifier is asked; none is among both.</summary>
/// <param name="Subject">What the texts are, for people.</param>
/// <param name="Labels">Names of the classes.</param>
/// <param name="Training">Texts with the places of their classes.</param>
/// <param name="Asked">The same, with how hard each text is where that is known.</param>
internal sealed record ClassTask(
    string Subject, IReadOnlyList<string> Labels, IReadOnlyList<(string Text, int Class)> Training,
    IReadOnlyList<(string Text, int Class, string? Level)> Asked)
{
    private const int MostLabels = 100;

    public static ClassTask Of(CascadeRecipe recipe) => recipe.Data.Task == CascadeTask.Texts ? OfFile(recipe) : OfWorld(recipe);

    private static ClassTask OfWorld(CascadeRecipe recipe) => new(
        "blotted biographies of the embedded world",
        Biographies.Professions,
        [.. BlottedBiography.Of(recipe.Seed, recipe.Data.Train, recipe.Data.Blots, heldOut: false).Select(item => (item.Text, item.Class))],
        [.. BlottedBiography.Of(recipe.Seed, recipe.Data.Questions, recipe.Data.Blots, heldOut: true).Select(item =>
            (item.Text, item.Class, (string?)item.Level))]);

    // A text that stands in the file twice could be learnt from and asked about.
    private static ClassTask OfFile(CascadeRecipe recipe)
    {
        IExampleSource source = (recipe.Data.Columns ?? new ColumnsSection()).Open(recipe.Data.File!, skipBad: false);
        TextExample[] rows = [.. source.From(0).Select(row => row.Example).DistinctBy(row => row.Prompt, StringComparer.Ordinal)];
        string[] labels = [.. rows.Select(row => row.Completion.Trim()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (labels.Length is < 2 or > MostLabels || labels[0].Length == 0 || rows.Any(row => row.Prompt.Length == 0))
        {
            throw new PalimpsestException($"{source.Name}: a cascade of classifiers needs texts as prompts and 2 to {MostLabels} classes as completions; there "
                + $"are {labels.Length:N0} completions, such as \"{labels[0]}\". Name the columns in data.columns.");
        }

        if (rows.Length < recipe.Data.Train + recipe.Data.Questions)
        {
            throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture,
                $"{source.Name}: holds {rows.Length:N0} different texts; data.train takes {recipe.Data.Train:N0}, and tune, calibrate and test ")
                + string.Create(CultureInfo.InvariantCulture, $"{recipe.Data.Questions:N0} others. Lower them."));
        }

        new RandomStream(recipe.Seed, "cascade", "rows").Shuffle(rows.AsSpan());
        (string Text, int Class)[] texts = [.. rows.Take(recipe.Data.Train + recipe.Data.Questions)
            .Select(row => (row.Prompt, Array.BinarySearch(labels, row.Completion.Trim(), StringComparer.Ordinal)))];
        return new ClassTask(Path.GetFileName(source.Name), labels, texts[..recipe.Data.Train],
            [.. texts[recipe.Data.Train..].Select(item => (item.Text, item.Class, (string?)null))]);
    }
}
