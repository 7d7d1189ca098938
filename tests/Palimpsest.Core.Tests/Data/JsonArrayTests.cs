using Palimpsest.Data;

namespace Palimpsest.Tests.Data;

public sealed class JsonArrayTests
{
    private static readonly TextExample[] s_rows = [new("", "a,]\"}"), new("p", "é", "ann"), new("", "c")];

    [Theory]
    [InlineData("""[{"text":"a,]\"}"},{"prompt":"p","completion":"é","owner":"ann","meta":[[{}],"["]},{"text":"c"}]""")]
    [InlineData("[\n  {\n    \"text\": \"a,]\\\"}\"\n  },\n  {\n    \"prompt\": \"p\",\r\n \"completion\": \"\\u00e9\",\n \"owner\": \"ann\"\n  }\n  ,\n\t{\"text\": \"c\"}\n]\n")]
    [InlineData("\uFEFF [\n{\"text\": \"a,]\\\"}\", \"score\": NaN},\n{\"prompt\": \"p\", \"completion\": \"é\", \"owner\": \"ann\"},\n{\"text\": \"c\"}\n]")]
    public void From_AnyLayout_IsReadFromEveryPosition(string json)
    {
        foreach (string name in (string[])["a.json", "a.jsonl"])
        {
            using TemporaryFile file = new(json, name);
            Assert.Equal(s_rows, SourceChecks.AllFromEveryPosition(ExampleFile.Open(file.Path)));
        }
    }

    [Fact]
    public void From_RowsAcrossChunks_AreReadFromEveryPosition()
    {
        // Rows of all lengths around the chunk of 64 KiB, escapes at its ends among them.
        TextExample[] rows = [.. Enumerable.Range(0, 40).Select(i => new TextExample("", new string('x', (5_000 * (i % 5)) + (i * 17)) + "\\\"é,]" + i))];
        using TemporaryFile file =
            new("[" + string.Join(",\n\n", rows.Select(row => $"{{\"text\": {System.Text.Json.JsonSerializer.Serialize(row.Completion)}}}")) + "]", "a.json");
        Assert.Equal(rows, SourceChecks.AllFromEveryPosition(ExampleFile.Open(file.Path)));
    }

    [Theory]
    [InlineData("""[{"text": "a"}, 7, {"text": "b"}]""", "row 2: a number instead of an object")]
    [InlineData("""[{"text": "a"}, {"txt": "b"}, {"text": "b"}]""",
        "row 2: neither \"text\" nor \"prompt\". Add one, or set data.skip_bad to leave such rows out")]
    [InlineData("""[{"text": "a"}, [1], "x,", {"text": "b"}]""", "row 2: an array instead of an object")]
    public void From_BadRow_IsNamedOrLeftOut(string json, string problem)
    {
        using TemporaryFile file = new(json, "a.json");
        Assert.Contains(problem, SourceChecks.Problem(file.Path), StringComparison.Ordinal);
        Assert.Equal(["a", "b"], ExampleFile.Open(file.Path, new() { SkipBad = true }).From(0).Select(item => item.Example.Completion));
    }

    [Theory]
    [InlineData("""[{"text": "a"} {"text": "b"}]""", "at byte 15, a comma is missing")]
    [InlineData("""[{"text": "a"}, ]""", "at byte 16, no row follows the comma")]
    [InlineData("""[{"text": "a"}""", "the file ends before the list does")]
    [InlineData("""[{"text": "a"},""", "the file ends within the list")]
    [InlineData("""[{"text": "a"}, {"text": "b""", "the file ends within a row")]
    [InlineData("""[{"text": "a"}] x""", "something follows the end of the list")]
    [InlineData("[", "the file ends within the list")]
    [InlineData("[]", "there is no usable row in it")]
    public void From_BrokenList_IsRefusedAlsoWhereBadRowsAreLeftOut(string json, string problem)
    {
        using TemporaryFile file = new(json, "a.json");
        Assert.Contains(problem, SourceChecks.Problem(file.Path, new() { SkipBad = true }), StringComparison.Ordinal);
    }

    [Fact]
    public void From_PositionWithoutARow_Throws()
    {
        using TemporaryFile file = new("""[{"text": "a"}, {"text": "b"}]""", "a.json");
        IExampleSource source = ExampleFile.Open(file.Path);
        foreach (long position in (long[])[1 + 3, 15 + 3, 100])
        {
            Assert.Contains("has changed", Assert.Throws<PalimpsestException>(() => source.At(position)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void From_InvalidUtf8InARow_IsABadRow()
    {
        using TemporaryFile file = new([.. "[{\"text\": \""u8, 0xFF, .. "\"}, {\"text\": \"b\"}]"u8], "a.json");
        Assert.Contains("row 1: not valid UTF-8", SourceChecks.Problem(file.Path), StringComparison.Ordinal);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Cases))]
    public void From_Case_HasTheRowsOfItsLines(string name)
    {
        string folder = Palimpsest.Tests.Text.GoldenData.Find("cases", "16-json-array")!;
        TextExample[] lines = [.. ExampleFile.Open(Path.Combine(folder, "control.jsonl")).From(0).Select(item => item.Example)];
        Assert.Equal(12, lines.Length);
        Assert.Equal(lines, SourceChecks.AllFromEveryPosition(ExampleFile.Open(Path.Combine(folder, name))));
    }

    public static IEnumerable<TheoryDataRow<string>> Cases() =>
        Palimpsest.Tests.Text.GoldenData.Find("cases", "16-json-array") is null
            ? [] : new[] { "pretty.json", "compact.json", "row-a-line.json" }.Select(name => new TheoryDataRow<string>(name));
}
