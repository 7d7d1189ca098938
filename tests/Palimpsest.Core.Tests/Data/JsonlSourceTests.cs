using System.Text;
using Palimpsest.Data;
using Palimpsest.Data.Files;

namespace Palimpsest.Tests.Data;

public sealed class JsonlSourceTests
{
    private const string Good = """{"text": "a"}""";

    [Fact]
    public void From_BothForms_AreRead()
    {
        using TemporaryFile file = new("{\"text\": \"Plain.\", \"id\": 7}\n{\"prompt\": \"Question: Who?\\nAnswer:\", \"completion\": \" Ilse\", \"owner\": \"north-clinic\"}\n{\"text\": \"B\", \"owner\": null}");
        Assert.Equal(
            [new("", "Plain."), new("Question: Who?\nAnswer:", " Ilse", "north-clinic"), new TextExample("", "B")],
            new JsonlSource(file.Path).From(0).Select(item => item.Example));
    }

    [Fact]
    public void From_ByteOrderMarkCrlfAndBlankLines_AreTolerated()
    {
        byte[] content = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("\r\n  \r\n{\"text\": \"ä\"}\r\n\n\t\n{\"text\": \"b\"}\r\n\r\n")];
        using TemporaryFile file = new(content);
        JsonlSource source = new(file.Path);
        (long Position, TextExample Example)[] all = [.. source.From(0)];
        Assert.Equal(["ä", "b"], all.Select(item => item.Example.Completion));
        Assert.All(all, item => Assert.Equal(item.Example, source.At(item.Position)));
        Assert.Equal(all[1..], source.From(all[1].Position));
    }

    [Fact]
    public void From_NullsAndNumbersOfPython_AreNotThere()
    {
        using TemporaryFile file = new("""
            {"text": null, "prompt": "a", "completion": "b", "messages": null, "tools": null, "owner": null, "label": null, "images": []}
            {"score": NaN, "x": {"NaN": -Infinity, "prompt": [Infinity]}, "prompt": "NaN: \" NaN", "completion": 7}
            """);
        Assert.Equal([new TextExample("a", "b"), new TextExample("NaN: \" NaN", "7")], SourceChecks.AllFromEveryPosition(new JsonlSource(file.Path)));
    }

    [Fact]
    public void From_SeparatorsInsideStrings_DoNotEndLines()
    {
        using TemporaryFile file = new("{\"text\": \"a\u2028b\u0085c\"}\r\n{\"text\": \"\\u0000\"}");
        Assert.Equal(["a\u2028b\u0085c", "\0"], SourceChecks.AllFromEveryPosition(new JsonlSource(file.Path)).Select(example => example.Completion));
    }

    [Theory]
    [InlineData("""{"prompt": "x"}""", "no \"completion\" beside \"prompt\". Add one")]
    [InlineData("""{"completion": "x"}""", "no \"prompt\" beside \"completion\". Add one")]
    [InlineData("""{"id": 3}""", "neither \"text\" nor \"prompt\". Add one")]
    [InlineData("""{"text": "x", "prompt": "y"}""", "\"text\" beside \"prompt\" or \"completion\". Keep one of the two forms")]
    [InlineData("""{"text": ""}""", "\"text\" is empty. Fill it")]
    [InlineData("""{"prompt": "x", "completion": ""}""", "\"completion\" is empty. Fill it")]
    [InlineData("""{"text": 12}""", "\"text\" is a number, not a string. Put it in quotes")]
    [InlineData("""{"text": null}""", "neither \"text\" nor \"prompt\". Add one")]
    [InlineData("""{"prompt": "x", "completion": NaN}""", "no \"completion\" beside \"prompt\". Add one")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "x", "score": -Infinity}]}""",
        "\"messages\" holds NaN or Infinity, which JSON does not have. Write null or a number")]
    [InlineData("""{"prompt": "x", "completion": 1.5}""", "\"completion\" is a number, not a string. Put it in quotes")]
    [InlineData("""{"text": "x", "owner": ["a"]}""", "\"owner\" is an array, not a string. Put it in quotes")]
    [InlineData("""["text"]""", "an array instead of an object. Write {\"text\": \"...\"} or {\"prompt\": \"...\", \"completion\": \"...\"}")]
    [InlineData("""{"text": "\ud800"}""", "a string holds half of a surrogate pair. Mend the \\u escape")]
    public void From_BadLine_NamesFileLineReasonAndWayOut(string bad, string problem)
    {
        using TemporaryFile file = new($"{Good}\n\n{bad}\n{Good}\n");
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => new JsonlSource(file.Path).From(0).Count());
        Assert.Equal($"{file.Path} line 3: {problem}, or set data.skip_bad to leave such lines out (they are counted).", error.Message);
    }

    [Theory]
    [InlineData("""{"text": "x" """, "not valid JSON (")]
    [InlineData("""{"text": "x"} x""", "not valid JSON (")]
    [InlineData("hello", "not valid JSON (")]
    [InlineData("""{"text": "x", "text": "y"}""", "not valid JSON (")]
    public void From_BrokenJson_GivesTheReason(string bad, string problem)
    {
        using TemporaryFile file = new($"{Good}\n{bad}\n");
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => new JsonlSource(file.Path).From(0).Count());
        Assert.StartsWith($"{file.Path} line 2: {problem}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void From_InvalidUtf8_IsNamed()
    {
        using TemporaryFile file = new([.. Encoding.UTF8.GetBytes("{\"text\": \""), 0xC3, 0x28, .. Encoding.UTF8.GetBytes("\"}\n")]);
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => new JsonlSource(file.Path).From(0).Count());
        Assert.Contains("line 1: not valid UTF-8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void From_ErrorAfterARestart_NamesTheSameLine()
    {
        string lines = string.Concat(Enumerable.Repeat(Good + "\n", 9_000));
        using TemporaryFile file = new(lines + "{\n");
        JsonlSource source = new(file.Path);
        long middle = source.From(0).ElementAt(5_000).Position;
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => source.From(middle).Count());
        Assert.Contains("line 9001: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void From_SkipBad_LeavesBadLinesOutAndCountsThem()
    {
        using TemporaryFile file = new($"{{\n{Good}\nx\n{Good}\n\n[]\n");
        List<string> problems = [];
        Assert.Equal(2, new JsonlSource(file.Path, skipBad: true).From(0, problems.Add).Count());
        Assert.Equal(3, problems.Count);
    }

    [Fact]
    public void From_LongLines_AreReadWhole()
    {
        string text = new('ö', 200_000);
        using TemporaryFile file = new($"{Good}\n{{\"text\": \"{text}\"}}\n{Good}");
        Assert.Equal(["a", text, "a"], new JsonlSource(file.Path).From(0).Select(item => item.Example.Completion));
    }

    [Fact]
    public void From_LineTooLong_IsBad()
    {
        using TemporaryFile file = new($"{{\"text\": \"{new string('a', 17 << 20)}\"}}\n{Good}\n");
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => new JsonlSource(file.Path).From(0).Count());
        Assert.Contains("line 1: the line is longer than 16 MiB", error.Message, StringComparison.Ordinal);
        Assert.Single(new JsonlSource(file.Path, skipBad: true).From(0));
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("\n \r\n", "there is no usable line in it")]
    public void From_NoExample_Throws(string content, string message)
    {
        using TemporaryFile file = new(content);
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => new JsonlSource(file.Path).From(0).Count());
        Assert.StartsWith($"{file.Path}: {message}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_MissingFileOrFolder_Throws()
    {
        using TemporaryFile file = new();
        Assert.Contains("there is no such file", Assert.Throws<PalimpsestException>(() => new JsonlSource(file.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<PalimpsestException>(() => new JsonlSource(file.Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void From_NoPermission_Throws()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "an administrator may read everything");
        using TemporaryFile file = new(Good);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file.Path, UnixFileMode.None);
        }

        Assert.Contains("you may not read this file", Assert.Throws<PalimpsestException>(() => new JsonlSource(file.Path).From(0).Count()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void At_PositionInsideALine_Throws()
    {
        using TemporaryFile file = new($"{Good}\n{Good}\n");
        Assert.Contains("has changed", Assert.Throws<PalimpsestException>(() => new JsonlSource(file.Path).At(5)).Message, StringComparison.Ordinal);
        Assert.Contains("has changed", Assert.Throws<PalimpsestException>(() => new JsonlSource(file.Path).At(28)).Message, StringComparison.Ordinal);
        Assert.Contains("has changed", Assert.Throws<PalimpsestException>(() => new JsonlSource(file.Path).At(5_000)).Message, StringComparison.Ordinal);
    }
}
