using Palimpsest.Data;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Tests.Unlearning.Relearning;
using Palimpsest.Unlearning.Measures;

namespace Palimpsest.Tests.Unlearning.Measures;

/// <summary>Membership by scores of texts.</summary>
public sealed class MembershipTests
{
    [Fact]
    public void Area_HandMadeScores_CountsPairs()
    {
        Assert.Equal(1, Membership.Area([1, 2], [3, 4])); // the forget set is surer: still seen
        Assert.Equal(0, Membership.Area([3, 4], [1, 2]));
        Assert.Equal(0.625, Membership.Area([1, 3], [2, 3])); // 1 < 2, 1 < 3, 3 = 3 of four pairs
    }

    [Theory]
    [InlineData(1, 0.5, -100)] // a fine-tuned model
    [InlineData(0.5, 0.5, 0)]
    [InlineData(0.2, 0.5, 60)] // it hides the set
    [InlineData(0.6, 0.4, -33.333333333333336)]
    public void PrivacyLeak_Areas_RunAsInMuse(double area, double retrained, double leak) => Assert.Equal(leak, Membership.PrivacyLeak(area, retrained), 9);

    [Fact]
    public void PrivacyLeak_ControlThatTellsAll_IsRefused() => Assert.Throws<PalimpsestException>(() => Membership.PrivacyLeak(0.5, 1));

    [Fact]
    public void Of_LearntTexts_AreMembersByEveryAttack()
    {
        TextExample[] learnt = [.. BaseModel.Material.PublicText.Take(8)], held = [.. BaseModel.Material.Unrelated.Take(8)];
        using LanguageModel model = BaseModel.Load(), reference = BaseModel.Load(LoadMode.Mapped);
        double loss = TextScores.Of(model, learnt).Membership["loss"].Average();
        BaseModel.Learn(model, learnt, 40);
        TextScores own = TextScores.Of(model, learnt, reference, gradients: true), other = TextScores.Of(model, held, reference, gradients: true);
        Assert.Equal(["gradnorm", "loss", "min_k", "min_k++", "reference", "zlib"], own.Membership.Keys.Order(StringComparer.Ordinal));
        Assert.All(own.Membership, item => Assert.True(Membership.Area(item.Value, other.Membership[item.Key]) > 0.9, item.Key));
        Assert.True(own.Membership["loss"].Average() < loss / 4);
        Assert.True(own.ExtractionStrength.Average() > other.ExtractionStrength.Average());
        Assert.All(own.ExactMemorisation.Zip(own.ExtractionStrength), pair => Assert.True(pair.First >= pair.Second));
        Assert.True(Muse.PrivacyLeak(model, learnt, held) < -80);
    }

    [Fact]
    public void Of_TextWithoutATokenToPredict_IsRefused()
    {
        using LanguageModel model = BaseModel.Load();
        Assert.Contains("Text 2 of 2", Assert.Throws<PalimpsestException>(() => TextScores.Of(model, [new("Question?", " yes"), new("Question?", "")])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Compressed_LongerText_IsLonger() =>
        Assert.True(TextScores.Compressed("abcdefgh") is > 8 and var length && TextScores.Compressed(new string('a', 200)) < 2 * length);
}
