using Palimpsest.Cascades.Costs;
using Palimpsest.Cascades.Experiment;
using Palimpsest.Cascades.Recordings;

namespace Palimpsest.Tests.Cascades;

/// <summary>Prices and published points in files of their own.</summary>
public sealed class PriceTableTests : IDisposable
{
    private const string Header = "model,call,input,output,currency,dated,source\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_RowsOfBothKinds_PriceTheCalls()
    {
        _folder.Write("p.csv", Header + "m0,,2,4,USD,2026-01-31,\"example, here\"\nm1,0.5,,,USD,2026-01-31,\"example, here\"\nunasked,1,,,USD,2026-02-01,b\n");
        PriceTable table = PriceTable.Read(_folder.At("p.csv"));
        Assert.EndsWith("in USD, from p.csv: of 2026-01-31, example, here. They change, and are no measurement.", table.Said(["m0", "m1"]),
            StringComparison.Ordinal);
        Assert.Contains("of 2026-02-01, b", table.Said(["m1", "unasked"]), StringComparison.Ordinal);
        Recording recording = Scripted.Recording("ab");
        recording = recording with
        {
            Items = [recording.Items[0] with { Replies = [.. recording.Items[0].Replies.Select(reply => reply with
            {
                Usage = new() { InputTokens = 1_000_000, OutputTokens = 500_000 },
                Checks = new() { InputTokens = 500_000, OutputTokens = 0 },
            })] }],
        };
        CallCosts costs = new(recording, table);
        Assert.Equal((4, 0.5), (costs.Of(0, 0), costs.Of(0, 1)));
        Assert.Equal((5, 1.0), (costs.OfChecked(0, 0), costs.OfChecked(0, 1)));
        Assert.Equal("USD", costs.UnitName);
        Refused("has no price of m2", () => new CallCosts(Scripted.Recording("aab"), table));
    }

    [Theory]
    [InlineData("model,call\nm0,1\n", "no column \"input\"")]
    [InlineData(Header, "holds no prices")]
    [InlineData(Header + "m0,,1,,USD,2026-01-31,x\n", "row 1: input and output belong together")]
    [InlineData(Header + "m0,,,,USD,2026-01-31,x\n", "row 1: call, or input and output")]
    [InlineData(Header + "m0,1,,,USD,2026-01-31,x\nm0,2,,,USD,2026-01-31,x\n", "row 2: \"m0\" has a price already")]
    [InlineData(Header + "m0,1,,,USD,2026-01-31,x\nm1,1,,,EUR,2026-01-31,x\n", "USD and EUR")]
    [InlineData(Header + "m0,1,,,USD,,x\n", "\"dated\" is empty")]
    [InlineData(Header + "m0,1,,,USD,31.1.2026,x\n", "no day of the form")]
    [InlineData(Header + "m0,cheap,,,USD,2026-01-31,x\n", "\"call\" is \"cheap\"")]
    [InlineData(Header + "m0,-1,,,USD,2026-01-31,x\n", "at least 0")]
    public void Read_HolesAndMistakes_AreSaidWithTheirRow(string text, string problem)
    {
        _folder.Write("p.csv", text);
        Refused(problem, () => PriceTable.Read(_folder.At("p.csv")));
    }

    [Fact]
    public void Published_Summary_IsReadAsItIsAndRefusedInOtherForms()
    {
        _folder.Write("s.csv", ",Test_acc,Test_cost,Test_size,Method\n0,0.9,0.002,10,large\n1,0.8,0.001,10,FrugalGPT\n2,0.8,0.001,10,FrugalGPT\n");
        Assert.Equal([new("FrugalGPT", 0.8, 0.001, 10), new("large", 0.9, 0.002, 10)], PublishedPoints.Read(_folder.At("s.csv")).Points);
        _folder.Write("s.csv", ",Test_acc,Test_cost,Method\n0,0.9,0.002,large\n");
        Refused("no column \"Test_size\"", () => PublishedPoints.Read(_folder.At("s.csv")));
        _folder.Write("s.csv", "Test_acc,Test_cost,Test_size,Method\nhigh,0.002,10,large\n");
        Refused("row 1", () => PublishedPoints.Read(_folder.At("s.csv")));
    }

    private static void Refused(string word, Func<object> action) => Assert.Contains(word, Assert.Throws<PalimpsestException>(action).Message,
        StringComparison.Ordinal);
}
