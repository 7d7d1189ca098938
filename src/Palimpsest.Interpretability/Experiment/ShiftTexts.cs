using System.Text.RegularExpressions;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Biographies with their two labels.</summary>
/// <param name="Texts">The texts.</param>
/// <param name="Wanted">Whether the profession is the second one.</param>
/// <param name="Spurious">Whether it is a man.</param>
internal sealed partial record ShiftTexts(IReadOnlyList<string> Texts, IReadOnlyList<bool> Wanted, IReadOnlyList<bool> Spurious)
{
    /// <summary>Makes them; without correlation both genders are equally frequent in both professions.</summary>
    public static ShiftTexts Of(long seed, int count, double correlation, bool heldOut)
    {
        IReadOnlyList<Biography> people = Biographies.Of(World.V1, seed, count, correlation, heldOut: heldOut);
        return new ShiftTexts([.. people.Select(person => person.Text)], [.. people.Select(person => person.Profession == Biographies.Professions[1])],
            [.. people.Select(person => person.Gender == Gender.Man)])
        {
            Names = [.. people.Select(person => person.Name)],
        };
    }

    /// <summary>Whose they are.</summary>
    private IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The same without names and without words that say the gender themselves: the baseline that needs no autoencoder.</summary>
    public IReadOnlyList<string> WithoutWords() =>
    [
        .. Texts.Zip(Names, (text, name) => Spaces().Replace(s_words.Replace(text.Replace(name, "", StringComparison.Ordinal)
            .Replace(name.Split(' ')[0], "", StringComparison.Ordinal), ""), " ").Trim()),
    ];

    private static readonly Regex s_words = new($@"\b({string.Join("|", Biographies.GenderWords.Select(Regex.Escape))})(?!\w)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(5));

    [GeneratedRegex(" {2,}", RegexOptions.None, 5000)]
    private static partial Regex Spaces();
}
