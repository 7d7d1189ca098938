using System.Globalization;
using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>Biographies whose profession and gender are correlated as much as one likes: an ambiguous training set and a balanced evaluation set from the same sentences.</summary>
/// <remarks>
/// The design of Bias in Bios (De-Arteaga et al., FAT* 2019) as SHIFT uses it (Marks et al., Sparse Feature Circuits, ICLR 2025). All sentences serve all labels, and the choice of sentences does
/// not depend on them: only the words of the profession carry the profession, and only first names, pronouns and gendered words the gender. A quarter of the slots for professional words holds
/// words that all professions share.
/// </remarks>
public static class Biographies
{
    /// <summary>The most biographies of one call.</summary>
    public const int MostCount = 1_000_000;

    /// <summary>The professions there are words for; the first two are what <see cref="Of"/> takes unless told.</summary>
    public static IReadOnlyList<string> Professions { get; } = [.. ProfessionWords.All.Select(words => words.Name)];

    /// <summary>Words that say the gender themselves, in small letters: pronouns, "daughter", "men's" and the like. Deleting these, and the names, is the baseline that removes single words.</summary>
    public static IReadOnlyList<string> GenderWords { get; } = [.. BiographyText.Direct.Values.SelectMany(pair => new[] { pair.Woman, pair.Man }).Distinct()];

    /// <summary>Phrases that hint at the gender without saying it: voices, roles and garments. They are left when <see cref="GenderWords"/> are deleted.</summary>
    public static IReadOnlyList<string> GenderHints { get; } = [.. BiographyText.Indirect.Values.SelectMany(pair => pair.Woman.Concat(pair.Man))];

    /// <summary>Biographies in random order.</summary>
    /// <param name="world">Where names come from: people who belong to no owner, to no control and not to the general part.</param>
    /// <param name="seed">Any value; another seed gives another set. The same seed with another correlation tells the same sentences with other labels, so take another one for evaluation, or the held-out part.</param>
    /// <param name="count">How many, from 0 to <see cref="MostCount"/>. The professions take equal parts, to within one.</param>
    /// <param name="correlation">
    /// From 0 to 1. Of each profession, the share (1 + correlation) / 2 has its leaning gender, counted exactly and rounded to a whole number: 1 means that the profession determines the gender, 0 that
    /// both genders are equally frequent. For two professions this is their phi coefficient.
    /// </param>
    /// <param name="professions">Two or more of <see cref="Professions"/>, all different: those at even places lean towards women, those at odd places towards men.</param>
    /// <param name="heldOut">Whether to take the names that no training set takes and that the general stream never touches.</param>
    /// <exception cref="PalimpsestException">An argument is out of its range.</exception>
    public static IReadOnlyList<Biography> Of(World world, long seed, int count, double correlation, IReadOnlyList<string>? professions = null, bool heldOut = false)
    {
        ArgumentNullException.ThrowIfNull(world);
        ProfessionWords[] words = Checked(count, correlation, professions ?? [.. Professions.Take(2)]);
        RandomStream root = WorldAdditions.Stream(world.Seed, "biographies", heldOut ? "held out" : "training", seed.ToString(CultureInfo.InvariantCulture));
        (ProfessionWords Words, Gender Gender)[] labels = [.. words.SelectMany((profession, place) => Labels(profession, place, (count / words.Length) + (place < count % words.Length ? 1 : 0), correlation))];
        root.Child("order").Shuffle(labels.AsSpan());
        return [.. labels.Select((label, index) => One(world, root, index, label.Words, label.Gender, heldOut))];
    }

    internal static Biography One(World world, RandomStream root, int index, ProfessionWords words, Gender gender, bool heldOut)
    {
        string number = index.ToString(CultureInfo.InvariantCulture);
        RandomStream names = root.Child("name", number);
        Entity person;
        do
        {
            person = world.Names.Fresh(EntityKind.Person, names, heldOut);
        }
        while (person.Pronoun != (gender == Gender.Woman ? "she" : "he"));

        return new(BiographyWriter.Tell(person.Name, words, gender, root.Child("text", number)), person.Name, words.Name, gender);
    }

    private static IEnumerable<(ProfessionWords, Gender)> Labels(ProfessionWords profession, int place, int count, double correlation)
    {
        int leaning = (int)Math.Round(count * (1 + correlation) / 2, MidpointRounding.AwayFromZero);
        (Gender often, Gender seldom) = place % 2 == 0 ? (Gender.Woman, Gender.Man) : (Gender.Man, Gender.Woman);
        return Enumerable.Range(0, count).Select(i => (profession, i < leaning ? often : seldom));
    }

    private static ProfessionWords[] Checked(int count, double correlation, IReadOnlyList<string> professions)
    {
        if (count is < 0 or > MostCount)
        {
            throw new PalimpsestException($"Biographies: {count} of them were asked for. Take 0 to {MostCount:N0}.");
        }

        if (!(correlation is >= 0 and <= 1))
        {
            throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture, $"Biographies: the correlation is {correlation}. Take a number from 0 (balanced) to 1 (the profession determines the gender)."));
        }

        if (professions.Count < 2 || professions.Distinct().Count() < professions.Count)
        {
            throw new PalimpsestException($"Biographies: the professions are [{string.Join(", ", professions)}]. Name at least two different ones.");
        }

        return [.. professions.Select(name => ProfessionWords.All.FirstOrDefault(words => words.Name == name)
            ?? throw new PalimpsestException($"Biographies: there are no words for the profession \"{name}\". Take one of: {string.Join(", ", Professions)}."))];
    }
}
