using System.Text.RegularExpressions;
using Palimpsest.Data.Worlds;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Data.Worlds;

public sealed partial class BiographiesTests
{
    private static readonly string[] s_small = ["a", "at", "in", "on", "of", "up", "the", "beside", "under", "among", "along", "behind", "beneath", "out"];
    private static readonly Biography[] s_balanced = [.. Biographies.Of(World.V1, 5, 1_600, 0, Biographies.Professions)];

    [Theory]
    [InlineData(0, 200, 200)]
    [InlineData(0.5, 300, 100)]
    [InlineData(0.9, 380, 20)]
    [InlineData(1, 400, 0)]
    public void Of_TwoProfessions_CountsGiveTheCorrelationExactly(double correlation, int leaning, int other)
    {
        IReadOnlyList<Biography> all = Biographies.Of(World.V1, 1, 800, correlation, ["nurse", "judge"]);
        int Count(string profession, Gender gender) => all.Count(biography => biography.Profession == profession && biography.Gender == gender);
        int a = Count("nurse", Gender.Woman), b = Count("nurse", Gender.Man), c = Count("judge", Gender.Woman), d = Count("judge", Gender.Man);
        Assert.Equal((leaning, other, other, leaning), (a, b, c, d));

        // The correlation of two columns of zeros and ones, from its definition.
        double phi = (((double)a * d) - ((double)b * c)) / Math.Sqrt((double)(a + b) * (c + d) * (a + c) * (b + d));
        Assert.Equal(correlation, phi, 12);
    }

    [Fact]
    public void Of_SeveralProfessions_TakeEqualParts()
    {
        Assert.All(s_balanced.GroupBy(biography => (biography.Profession, biography.Gender)), cell => Assert.Equal(100, cell.Count()));
        Assert.Equal([4, 3, 3], Biographies.Of(World.V1, 1, 10, 1, ["baker", "weaver", "nurse"]).CountBy(biography => biography.Profession).Select(pair => pair.Value).OrderDescending());
    }

    [Fact]
    public void Of_SameArguments_GivesTheSame()
    {
        Assert.Equal(Biographies.Of(World.V1, 3, 50, 0.4), Biographies.Of(new World(1), 3, 50, 0.4));
        Assert.Empty(Biographies.Of(World.V1, 3, 50, 0.4).Select(biography => biography.Text).Intersect(Biographies.Of(World.V1, 4, 50, 0.4).Select(biography => biography.Text)));
        Assert.Equal(["nurse", "judge"], Biographies.Of(World.V1, 3, 50, 1).OrderBy(biography => biography.Gender).Select(biography => biography.Profession).Distinct());
    }

    [Fact]
    public void Of_HeldOut_SharesNoNameWithTraining() =>
        Assert.Empty(Biographies.Of(World.V1, 1, 3_000, 1).Select(biography => biography.Name).Intersect(Biographies.Of(World.V1, 1, 3_000, 0, heldOut: true).Select(biography => biography.Name)));

    [Fact]
    public void One_AnyLabels_HasTheSameSentences()
    {
        RandomStream root = new(11, "test");
        for (int i = 0; i < 200; i++)
        {
            string[] skeletons =
            [
                .. from words in ProfessionWords.All
                   from gender in Enum.GetValues<Gender>()
                   select Skeleton(Biographies.One(World.V1, root, i, words, gender, heldOut: false)),
            ];
            Assert.Single(skeletons.Distinct());
        }
    }

    [Fact]
    public void Text_HasCuesOfItsOwnLabelsOnly()
    {
        foreach (Biography biography in s_balanced)
        {
            string text = Spaced(biography.Text);
            ProfessionWords own = ProfessionWords.All.Single(words => words.Name == biography.Profession);
            Assert.Contains(Phrases(own), phrase => Has(text, phrase));
            Assert.DoesNotContain(ProfessionWords.All.Where(words => words != own).SelectMany(Phrases), phrase => Has(text, phrase));
            Assert.DoesNotContain(Biographies.Professions, profession => Has(text, profession));

            bool woman = biography.Gender == Gender.Woman;
            Assert.Contains(BiographyText.Direct.Values, pair => Has(text, woman ? pair.Woman : pair.Man));
            Assert.DoesNotContain(BiographyText.Direct.Values, pair => Has(text, woman ? pair.Man : pair.Woman));
            Assert.DoesNotContain(BiographyText.Indirect.Values.SelectMany(pair => woman ? pair.Man : pair.Woman), phrase => Has(text, phrase));
        }
    }

    [Fact]
    public void Text_SomeHintsSurviveTheFilterOnWords()
    {
        int hints = s_balanced.Count(biography => Biographies.GenderHints.Any(hint => Has(Spaced(biography.Text), hint)));
        Assert.InRange(hints, s_balanced.Length / 5, s_balanced.Length / 2);
        Assert.Empty(Biographies.GenderHints.SelectMany(hint => hint.Split(' ')).Intersect(Biographies.GenderWords));
    }

    [Fact]
    public void Vocabulary_OfProfessions_IsSeparate()
    {
        HashSet<string> elsewhere =
        [
            .. Phrases(ProfessionWords.Common).Concat(BiographyText.Openings).Concat(BiographyText.Work).Concat(BiographyText.Life).Concat(BiographyText.Neutral).Concat(Biographies.GenderWords)
                .Concat(Biographies.GenderHints).Concat(Values.Instruments).Concat(Values.Pets).Concat(Values.Rivers).SelectMany(Words),
        ];
        foreach (ProfessionWords words in ProfessionWords.All)
        {
            Assert.Equal((3, 4, 5, 3), (words.Places.Length, words.Tools.Length, words.Tasks.Length, words.People.Length));
            Assert.Empty(Phrases(words).SelectMany(Words).Intersect(elsewhere));
            Assert.All(ProfessionWords.All.Where(other => other != words), other => Assert.Empty(Phrases(words).SelectMany(Words).Intersect(Phrases(other).SelectMany(Words))));
        }
    }

    [Fact]
    public void Text_Grammar_HoldsUp() => Assert.All(s_balanced, biography =>
    {
        Assert.InRange(biography.Text.Split(". ").Length, 3, 6);
        Assert.Contains(biography.Name, biography.Text.Split(". ")[0], StringComparison.Ordinal);
        Assert.DoesNotMatch(@"[{}]|  |\.\.|[.?!] [a-z]|^[a-z]|\b[Aa] [aeiou]|\b[Aa]n [^aeiou]", biography.Text);
    });

    [Fact]
    public void Of_BadArguments_SaysWhatToDo()
    {
        Assert.Contains("Take one of: nurse, judge", Assert.Throws<PalimpsestException>(() => Biographies.Of(World.V1, 1, 4, 0, ["nurse", "pirate"])).Message, StringComparison.Ordinal);
        Assert.Contains("two different", Assert.Throws<PalimpsestException>(() => Biographies.Of(World.V1, 1, 4, 0, ["nurse", "nurse"])).Message, StringComparison.Ordinal);
        Assert.Contains("from 0", Assert.Throws<PalimpsestException>(() => Biographies.Of(World.V1, 1, 4, double.NaN)).Message, StringComparison.Ordinal);
        Assert.Contains("from 0", Assert.Throws<PalimpsestException>(() => Biographies.Of(World.V1, 1, 4, 1.01)).Message, StringComparison.Ordinal);
        Assert.Contains("Take 0 to", Assert.Throws<PalimpsestException>(() => Biographies.Of(World.V1, 1, -1, 0)).Message, StringComparison.Ordinal);
    }

    private static string[] Phrases(ProfessionWords words) => [.. words.Places, .. words.Tools, .. words.Tasks, .. words.People];

    private static IEnumerable<string> Words(string text) => Word().Matches(text.ToLowerInvariant()).Select(match => match.Value).Except(s_small);

    private static bool Has(string spacedText, string phrase) => spacedText.Contains(Spaced(phrase), StringComparison.Ordinal);

    private static string Spaced(string text) => $" {string.Join(' ', Word().Matches(text.ToLowerInvariant()).Select(match => match.Value))} ";

    // The text with the kind and the number of every cue in place of the cue.
    private static string Skeleton(Biography biography)
    {
        Dictionary<string, string> cues = new(StringComparer.OrdinalIgnoreCase) { [biography.Name] = "#name" };
        foreach ((string slot, (string woman, string man)) in BiographyText.Direct)
        {
            cues[woman] = cues[man] = slot is "his" or "him" ? "#him" : "#" + slot;
        }

        foreach ((string slot, (string[] woman, string[] man)) in BiographyText.Indirect)
        {
            for (int i = 0; i < woman.Length; i++)
            {
                cues[woman[i]] = cues[man[i]] = $"#{slot}{i}";
            }
        }

        string[] phrases = Phrases(ProfessionWords.All.Single(words => words.Name == biography.Profession));
        for (int i = 0; i < phrases.Length; i++)
        {
            cues[phrases[i]] = $"#{i}";
        }

        string pattern = string.Join('|', cues.Keys.OrderByDescending(cue => cue.Length).Select(Regex.Escape));
        return Regex.Replace(biography.Text, $@"(?<!\w)({pattern})(?!\w)", match => cues[match.Value], RegexOptions.IgnoreCase);
    }

    [GeneratedRegex("[a-z]+")]
    private static partial Regex Word();
}
