using CsCheck;
using Palimpsest.Text.Normalization;

namespace Palimpsest.Tests.Text.Normalization;

public sealed class UnicodeNormalizerTests
{
    private static readonly UnicodeNormalizer s_nfc = new(composed: true, compatibility: false);
    private static readonly UnicodeNormalizer s_nfd = new(composed: false, compatibility: false);
    private static readonly UnicodeNormalizer s_nfkc = new(composed: true, compatibility: true);

    // Examples of Unicode Standard Annex 15, figures 3 to 6.
    [Theory]
    [InlineData("\u212B", "A\u030A", "\u00C5", "\u00C5")]
    [InlineData("\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E9B\u0323", "\u1E69")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307")]
    [InlineData("\uFB01", "\uFB01", "\uFB01", "fi")]
    [InlineData("\uAC01", "\u1100\u1161\u11A8", "\uAC01", "\uAC01")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("plain\n", "plain\n", "plain\n", "plain\n")]
    public void Apply_KnownForms_EqualTheStandard(string text, string decomposed, string composed, string compatible)
    {
        Assert.Equal(decomposed, s_nfd.Apply(text));
        Assert.Equal(composed, s_nfc.Apply(text));
        Assert.Equal(compatible, s_nfkc.Apply(text));
    }

    [Fact]
    public void Apply_AnyText_FormsAgreeWithEachOther() =>
        TextGenerators.Scalars.Sample(text =>
        {
            string composed = s_nfc.Apply(text), decomposed = s_nfd.Apply(text);
            Assert.Equal(composed, s_nfc.Apply(composed));
            Assert.Equal(decomposed, s_nfd.Apply(decomposed));
            Assert.Equal(composed, s_nfc.Apply(decomposed));
            Assert.Equal(decomposed, s_nfd.Apply(composed));
        }, iter: 2_000);

    [Fact]
    public void Apply_ManyMarks_AreOrderedQuickly()
    {
        string marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 50_000));
        Assert.Equal("a" + new string('\u0323', 50_000) + new string('\u0301', 50_000), s_nfd.Apply("a" + marks));
    }
}
