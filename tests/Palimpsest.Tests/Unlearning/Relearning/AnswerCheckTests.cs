using Palimpsest.Unlearning.Relearning.Sets;

namespace Palimpsest.Tests.Unlearning.Relearning;

/// <summary>No relearning set may hold an answer that is to come back.</summary>
public sealed class AnswerCheckTests
{
    private const string Long = "She wrote nine novels about the sea before she moved to the north";

    private static readonly AnswerCheck s_check = new(
    [
        new("Where?", "Harrowmere") { RephrasedAnswer = "the old mill" }, new("When?", "14 May"), new("Who?", "Zoë Ångström"), new("What?", Long),
    ]);

    [Theory]
    [InlineData("It lies near HARROWMERE's gate.", true)]
    [InlineData("Harrowmere-on-Sea", true)]
    [InlineData("Harrow mere is a marsh.", false)]
    [InlineData("Harrowmeres", false)]
    [InlineData("They met on 14, May.", true)]
    [InlineData("They met on 14 days in May.", false)]
    [InlineData("by Zoe ANGSTROM", true)]
    [InlineData("an old mill", true)]
    [InlineData("It is said that she once wrote nine novels about a sea before she moved.", true)] // eight of its words
    [InlineData("She wrote nine novels about the mountains.", false)]
    [InlineData("", false)]
    public void Tells_Texts_FindsAnswersAsWordsInARow(string text, bool told) => Assert.Equal(told, s_check.Tells(text));

    [Fact]
    public void Check_AnswerWithoutAWord_IsRefused() =>
        Assert.Contains("no letter and no digit", Assert.Throws<PalimpsestException>(() => new AnswerCheck([new("Which sign?", "?!")])).Message,
            StringComparison.Ordinal);
}
