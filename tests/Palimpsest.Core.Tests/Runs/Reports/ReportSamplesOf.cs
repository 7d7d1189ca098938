using System.Xml;
using System.Xml.Linq;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Tests.Runs.Reports;

/// <summary>Reports to render, and the page read back by a strict parser that knows nothing of how it was written.</summary>
internal static class ReportSamplesOf
{
    public static RunInfo Run { get; } = new()
    {
        Status = RunStatus.Finished,
        Kind = "finetune",
        Started = new DateTimeOffset(2026, 1, 31, 14, 25, 0, TimeSpan.FromHours(2)),
        Ended = new DateTimeOffset(2026, 1, 31, 14, 31, 42, TimeSpan.FromHours(2)),
        Version = "0.1.0+4ed4555b985e9f62667db7b",
        Seeds = [7, 8],
        Arguments = ["run", "a b.yaml"],
    };

    /// <summary>A report with every kind of block, all of whose texts are the given one.</summary>
    public static string Everywhere(string text)
    {
        Report report = new()
        {
            Title = text,
            Lead = text,
            Figures = [new ReportFigure(text, text, text)],
            Sections =
            [
                new ReportSection(text,
                [
                    new ReportParagraph(text),
                    new ReportTable([text, text], [[text, text], [text]], text),
                    new ReportChart(text, text, text, [new ReportLine(text, [(0, 1), (1, 2)], Marked: true), new ReportLine(text, [(0, 3), (1, 1)])]),
                    new ReportShares(text, [text, text], [new ReportSharesRow(text, [new Interval(0.5, 0.4, 0.6), null], 0.25)]),
                    new ReportSamples([text], [new ReportSample(text, [text, text])]),
                    new ReportCode(text),
                    new ReportMarkedLines(text, [new(text, -0.6, text), new(text, 0, text), new(text, 0.2, text)]),
                ]),
            ],
        };
        RunInfo run = Run with
        {
            Kind = text,
            Status = RunStatus.Failed,
            Problem = text,
            Version = text,
            Arguments = [text],
            ClaimRulesSha256 = text,
            RecipeSha256 = text,
            Inputs = new Dictionary<string, RunInput> { [text] = new(text, text) },
            Hardware = new RunHardware { Cpu = text, InstructionSets = [text], Os = text, Runtime = text },
        };
        Claim claim = new()
        {
            Id = text,
            Says = text,
            Reading = text,
            Metric = text,
            Compare = new ClaimComparison { Arm = text, With = text, As = ClaimFigure.Ratio, At = new Dictionary<string, string> { [text] = text } },
            HoldsIf = new ClaimRule { Value = Threshold.Parse("> 1", null) },
            Control = new ClaimControl { Arm = text, Metric = text, Must = Threshold.Parse("> 1", null) },
        };
        return HtmlReport.Render(report, run, text, [new ClaimVerdict(claim, Verdict.Reproduced, new Interval(1, 0, 2), 3, text)]);
    }

    /// <summary>A page around one block.</summary>
    public static XElement Page(ReportBlock block) =>
        Parse(HtmlReport.Render(new Report { Title = "t", Lead = "l", Sections = [new ReportSection("s", [block])] }, Run, "kind: finetune\n", []));

    public static XElement Parse(string page)
    {
        using XmlReader reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace).Root!;
    }

    /// <summary>All elements of a class, in order.</summary>
    public static XElement[] OfClass(this XElement page, string name) =>
        [.. page.Descendants().Where(element => element.Attribute("class")?.Value.Split(' ').Contains(name) == true)];

    /// <summary>The drawing for wide pages.</summary>
    public static XElement Wide(this XElement page) => page.OfClass("wide").Single();
}
