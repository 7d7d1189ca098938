using System.Text;
using System.Xml.Linq;
using CsCheck;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Tests.Runs.Reports;

public sealed class HtmlReportTests
{
    private static readonly string[] Known =
    [
        "html", "head", "meta", "title", "style", "script", "body", "main", "header", "section", "article", "div", "p", "h1", "h2", "h3", "dl", "dt", "dd", "ul", "ol", "li", "time", "span", "strong", "code", "pre",
        "blockquote", "figure", "figcaption", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "svg", "g", "path", "text", "desc",
    ];

    // What an attacker would write comes more often than chance brings it.
    private static readonly Gen<string> Hostile = Gen.Frequency(
            (4, Gen.String),
            (2, Gen.Char["<>&\"'/=\0\a\r\n\t\u0085\u2028\ud800\udc00\ufffe\uffff]-!"].Array[0, 12].Select(letters => new string(letters))),
            (1, Pick.From("</script><script>alert(1)</script>", "]]>", "--><!--", "\"><img src=x onerror=alert(1)>", "' onmouseover='x", "</title></style>", "&lt;", "&#0;", "${7*7}", "𝒳", "")))
        .Array[1, 3].Select(string.Concat);

    [Fact]
    public void Render_AnyText_NeverBecomesMarkup()
    {
        string[] plain = Structure(ReportSamplesOf.Everywhere("x"));
        Hostile.Where(text => !string.IsNullOrWhiteSpace(text)).Sample(
            text =>
            {
                string page = ReportSamplesOf.Everywhere(text);
                XElement root = ReportSamplesOf.Parse(page);

                Assert.Equal(plain, Structure(page));
                string shown = Shown(text);
                Assert.Equal(text.Length > 160 ? "…" : shown, root.Descendants("h1").Single().Value[^(text.Length > 160 ? 1 : shown.Length)..]);
                Assert.Equal(shown, root.OfClass("lead").Single().Value);
                Assert.Equal(shown, root.Descendants("blockquote").Single().Value);
                Assert.All(root.OfClass("code"), code => Assert.Equal(shown, code.Value));
                Assert.Equal(page, new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(page)));
            },
            iter: 400);
    }

    [Fact]
    public void Render_LongTitle_IsCut()
    {
        XElement root = ReportSamplesOf.Parse(ReportSamplesOf.Everywhere(new string('x', 159) + "𝒳" + new string('y', 500)));
        Assert.Equal(new string('x', 159) + "…", root.Descendants("h1").Single().Value);
        Assert.Equal(root.Descendants("h1").Single().Value, root.Descendants("title").First().Value);
    }

    [Fact]
    public void Render_EveryKindOfBlock_UsesOnlyKnownElementsAndLoadsNothing()
    {
        XElement root = ReportSamplesOf.Parse(ReportSamplesOf.Everywhere("x"));
        Assert.Empty(root.DescendantsAndSelf().Select(element => element.Name.LocalName).Except(Known));
        Assert.DoesNotContain(root.Descendants().Attributes(), attribute => attribute.Name.LocalName is "src" or "href" or "style" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.DoesNotContain("url(", ReportStyle.Css, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", ReportStyle.Css, StringComparison.Ordinal);
        Assert.DoesNotContain("http", ReportSamplesOf.Everywhere("x").Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("en", root.Attribute("lang")?.Value);
        Assert.All(root.Descendants("svg").Where(svg => svg.Attribute("aria-hidden") is null), svg => Assert.NotNull(svg.Attribute("aria-label")));
    }

    [Fact]
    public void Render_TextWithLineEnds_KeepsThem()
    {
        XElement root = ReportSamplesOf.Page(new ReportSamples(["after"], [new ReportSample("\n  one\r\ntwo\r\r\nthree", ["a\tb\0"])]));
        Assert.Equal(["\n  one\ntwo\n\nthree", "a\tb\u2400"], root.OfClass("samples").Single().Descendants("code").Select(code => code.Value));
    }

    [Fact]
    public void Render_SameInput_GivesTheSameBytes() => Assert.Equal(ReportSamplesOf.Everywhere("ä <b>"), ReportSamplesOf.Everywhere("ä <b>"));

    [Fact]
    public void Render_Parts_StandInTheirOrder()
    {
        string[] parts = [.. ReportSamplesOf.Parse(ReportSamplesOf.Everywhere("x")).Descendants("main").Single().Elements().Select(element => element.Attribute("class")?.Value ?? element.Name.LocalName)];
        Assert.Equal(["banner", "header", "figures", "claims", "section", "details", "details"], parts);
    }

    [Fact]
    public void Render_Status_SaysKindDateVersionDurationAndSeeds()
    {
        XElement root = ReportSamplesOf.Page(new ReportParagraph("p"));
        Assert.Equal(["finetune", "finished", "31 January 2026, 12:25 UTC", "version 0.1.0+4ed4555b", "took 6 min 42 s", "seeds 7, 8"], root.OfClass("status").Single().Elements().Select(item => item.Value));
        Assert.Empty(root.OfClass("banner"));
        Assert.Contains("run 'a b.yaml'", root.Descendants("details").Last().Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RunStatus.Running, "still going on")]
    [InlineData(RunStatus.Interrupted, "interrupted")]
    [InlineData(RunStatus.Stopped, "stopped")]
    [InlineData(RunStatus.Failed, "This run failed.")]
    public void Render_UnfinishedRun_SaysSoFirst(RunStatus status, string words)
    {
        XElement root = ReportSamplesOf.Parse(HtmlReport.Render(new Report { Title = "t", Lead = "l" }, ReportSamplesOf.Run with { Status = status, Problem = "no <memory>" }, "", []));
        XElement banner = root.Descendants("main").Single().Elements().First();
        Assert.Equal("banner", banner.Attribute("class")?.Value);
        Assert.Contains(words, banner.Value, StringComparison.Ordinal);
        Assert.Contains("no <memory>", banner.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_TableOfWordsAndFigures_AlignsFigures()
    {
        XElement root = ReportSamplesOf.Page(new ReportTable(["what", "share", "note"], [["a", "2.1% [1.2, 3.4]", "3 of 4 were right"], ["b", "–", ""], ["c", "−1.5e-3 nats", "x"]]));
        Assert.Equal(["share", "2.1% [1.2, 3.4]", "–", "−1.5e-3 nats"], root.OfClass("number").Select(cell => cell.Value));
        Assert.Equal(["a", "b", "c"], root.Descendants("th").Where(cell => cell.Attribute("scope")?.Value == "row").Select(cell => cell.Value));
    }

    [Theory]
    [InlineData(Verdict.Reproduced, "reproduced")]
    [InlineData(Verdict.Partly, "partly reproduced")]
    [InlineData(Verdict.NotReproduced, "not reproduced")]
    [InlineData(Verdict.Inconclusive, "inconclusive")]
    [InlineData(Verdict.Modelled, "modelled, not measured")]
    public void Render_Claim_ShowsVerdictRuleFigureAndReason(Verdict verdict, string words)
    {
        Claim claim = Claim("masks-beat-naive");
        XElement root = Claims([new ClaimVerdict(claim, verdict, new Interval(7.31, 6.02, 8.94), 5, "Because.")], ClaimRules.Hash([claim]));
        XElement article = root.Descendants("article").Single();
        Assert.Equal(words, article.OfClass("verdict").Single().Element("strong")?.Value);
        Assert.Equal("Because.", article.OfClass("reason").Single().Value);
        Assert.Equal("It is better.", article.Element("blockquote")?.Value);
        Assert.Equal(
            ["as a ratio", "accuracy: masks divided by naive, at owners 64", "7.31 [6.02, 8.94], 95% interval", "lower bound >= 5 at 95%, paired by seed, 3 seeds at least", "accuracy: local must be >= 0.8", "5"],
            article.Descendants("dd").Select(fact => fact.Value));
        Assert.Contains($"sha256 {ClaimRules.Hash([claim])}. The claims above have this hash.", root.OfClass("claims").Single().Value, StringComparison.Ordinal);
        Assert.Contains($"1 claim: 1 {words}.", root.OfClass("claims").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_ClaimsChangedAfterwards_SaysSo()
    {
        ClaimVerdict verdict = new(Claim("a"), Verdict.Inconclusive, null, 0, "There is no figure.");
        Assert.Contains("do not have this hash", Claims([verdict], ClaimRules.Hash([Claim("b")])).OfClass("claims").Single().Value, StringComparison.Ordinal);
        Assert.Contains("were not committed", Claims([verdict], null).OfClass("claims").Single().Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.24, "0.2 s")]
    [InlineData(61, "1 min 01 s")]
    [InlineData(3900, "1 h 05 min")]
    [InlineData(180_000, "2 d 2 h")]
    public void Duration_AnyLength_HasTwoUnits(double seconds, string expected) => Assert.Equal(expected, HtmlRun.Duration(TimeSpan.FromSeconds(seconds)));

    private static Claim Claim(string id) => new()
    {
        Id = id,
        Says = "It is better.",
        Reading = "as a ratio",
        Metric = "accuracy",
        Compare = new ClaimComparison { Arm = "masks", With = "naive", As = ClaimFigure.Ratio, At = new Dictionary<string, string> { ["owners"] = "64" } },
        HoldsIf = new ClaimRule { LowerBound = Threshold.Parse(">= 5", null) },
        Control = new ClaimControl { Arm = "local", Must = Threshold.Parse(">= 0.8", null) },
    };

    private static XElement Claims(IReadOnlyList<ClaimVerdict> verdicts, string? hash) =>
        ReportSamplesOf.Parse(HtmlReport.Render(new Report { Title = "t", Lead = "l" }, ReportSamplesOf.Run with { ClaimRulesSha256 = hash }, "", verdicts));

    // Apart from what depends on the text by intention: lines of wrapped labels, and cells that are headings unless they hold figures.
    private static string[] Structure(string page) => [.. ReportSamplesOf.Parse(page).Descendants().Select(element => element.Name.LocalName).Where(name => name is not ("text" or "th" or "td"))];

    // The same rules as the page's, written a second time rune by rune.
    private static string Shown(string text)
    {
        StringBuilder shown = new();
        foreach (Rune rune in text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').EnumerateRunes())
        {
            int value = rune.Value;
            shown.Append(value switch
            {
                '\n' or '\t' => rune.ToString(),
                < 32 => char.ConvertFromUtf32(0x2400 + value),
                127 => "\u2421",
                (>= 128 and < 160) or 0xFFFE or 0xFFFF => "\ufffd",
                _ => rune.ToString(),
            });
        }

        return shown.ToString();
    }
}
