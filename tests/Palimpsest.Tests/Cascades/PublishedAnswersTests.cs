using Palimpsest.Cascades.Experiment;
using Palimpsest.Cascades.Recordings;

namespace Palimpsest.Tests.Cascades;

/// <summary>Published recordings read as their pages say, where PALIMPSEST_DATA names them.</summary>
public sealed class PublishedAnswersTests
{
    public static TheoryData<string> Roots() => Environment.GetEnvironmentVariable("PALIMPSEST_DATA") is string root
        && Directory.Exists(Path.Combine(root, "data", "cascades")) ? [root] : [];

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Roots))]
    public void RouteLlm_Gsm8k_HasTheCountsOfItsPage(string root)
    {
        Recording recording = RecordingFile.Read(Path.Combine(root, "data", "cascades", "routellm_gsm8k_responses.csv"));
        Assert.Equal(1319, recording.Items.Count);
        Assert.Equal([842, 1130], Enumerable.Range(0, 2).Select(system => recording.Items.Count(item => item.Right[system])));
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Roots))]
    public void Gsm8k_Solutions_HaveTheSharesOfTheirPageAndConsistentJudgements(string root)
    {
        Recording recording = RecordingFile.Read(Path.Combine(root, "data", "gsm8k", "example_model_solutions.jsonl"));
        Assert.Equal(["21.7", "39.0", "34.7", "56.3"], Enumerable.Range(0, 4).Select(system => Share(recording, item => item.Right[system])));
        Assert.Equal("67.2", Share(recording, item => item.Right.Contains(true)));

        // The numbers taken out of the solutions agree with the judgements that came with them.
        Assert.InRange(recording.Contradictions / (double)recording.Items.Count, 0, 0.02);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Roots))]
    public void Math_Samples_HaveTheSharesOfTheirPage(string root)
    {
        Recording recording = RecordingFile.Read(Directory.GetFiles(Path.Combine(root, "data", "math"), "math_cot_100*.jsonl").Single());
        Assert.Equal((100, 8), (recording.Items.Count, recording.Systems.Count));
        Assert.Equal("96.0", Share(recording, item => item.Right.Contains(true)));
        Assert.Equal("94.0", Share(recording, item => item.Right[Enumerable.Range(0, 8).MaxBy(i => item.Replies[i].Score)]));
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Roots))]
    public void FrugalGpt_Summaries_HoldItsPointsAndTheModels(string root)
    {
        foreach (string file in Directory.GetFiles(Path.Combine(root, "data", "cascades"), "frugalgpt_summary_*.csv"))
        {
            PublishedPoints published = PublishedPoints.Read(file);
            Assert.Contains(published.Points, point => point.Method == "FrugalGPT");
            Assert.Contains(published.Points, point => point.Method != "FrugalGPT");
            Assert.All(published.Points, point => Assert.True(point is { Accuracy: > 0 and < 1, Cost: > 0, Items: > 0 }));
        }
    }

    private static string Share(Recording recording, Func<RecordedItem, bool> counted) =>
        (100.0 * recording.Items.Count(counted) / recording.Items.Count).ToString("F1", System.Globalization.CultureInfo.InvariantCulture);
}
