using Palimpsest.Data;

namespace Palimpsest.Tests.Data;

public sealed class ExampleFileTests
{
    [Theory]
    [InlineData("a.jsonl", "{\"text\": \"x\"}\n")]
    [InlineData("a.NDJSON", "{\"text\": \"x\"}\n")]
    [InlineData("a.json-lines", "{\"text\": \"x\"}\n")]
    [InlineData("a.json", "{\"text\": \"x\"}\n")]
    [InlineData("a.csv", "text\nx\n")]
    [InlineData("a.b.tsv", "id\ttext\n1\tx\n")]
    [InlineData("a.txt", "x\n")]
    public void Open_KnownExtension_ReadsTheFile(string name, string content)
    {
        using TemporaryFile file = new(content, name);
        Assert.Equal([new TextExample("", "x")], ExampleFile.Open(file.Path).From(0).Select(item => item.Example));
    }

    [Theory]
    [InlineData("a.docx")]
    [InlineData("a")]
    public void Open_UnknownExtension_NamesThoseThatAreKnown(string name)
    {
        using TemporaryFile file = new("x", name);
        string message = SourceChecks.Problem(file.Path);
        Assert.All(ExampleFile.Extensions, extension => Assert.Contains(extension, message, StringComparison.Ordinal));
        Assert.StartsWith(file.Path, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoFile_Throws()
    {
        using TemporaryFile file = new();
        Assert.Contains("there is no such file", SourceChecks.Problem(System.IO.Path.Combine(file.Folder, "no.csv")), StringComparison.Ordinal);
        Assert.Contains("is a folder", SourceChecks.Problem(file.Folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jsonl", "{\"body\": \"x\", \"text\": \"y\", \"client\": \"ann\"}\n")]
    [InlineData("a.csv", "text,client,body\ny,ann,x\n")]
    public void Open_NamedColumns_AreTheOnesRead(string name, string content)
    {
        using TemporaryFile file = new(content, name);
        ExampleFileOptions options = new() { Columns = new() { Text = "body", Owner = "client" } };
        Assert.Equal([new TextExample("", "x", "ann")], ExampleFile.Open(file.Path, options).From(0).Select(item => item.Example));
    }

    [Theory]
    [InlineData("a.jsonl", "{\"boddy\": \"x\", \"id\": \"1\"}\n", "line 1: no \"body\" (there are \"boddy\", \"id\"). Take \"boddy\", or set")]
    [InlineData("a.csv", "boddy,id\nx,1\n", ": as columns, no \"body\" (there are \"boddy\", \"id\"). Take \"boddy\".")]
    public void Open_MissingColumn_NamesTheColumnsAndTheNearest(string name, string content, string expected)
    {
        using TemporaryFile file = new(content, name);
        string message = SourceChecks.Problem(file.Path, new() { Columns = new() { Text = "body" } });
        Assert.StartsWith(file.Path, message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jsonl", "{\"text\": \"x\", \"owner\": \"ann\"}\n{\"text\": \"y\", \"owner\": \"\"}\n")]
    [InlineData("a.jsonl", "{\"text\": \"x\", \"owner\": \"ann\"}\n{\"text\": \"y\", \"owner\": null}\n")]
    [InlineData("a.csv", "text,owner\nx,ann\ny,\n")]
    [InlineData("a.tsv", "owner\ttext\nann\tx\n \ty\n")]
    public void Open_RowWithoutTheOwnerThatIsAskedFor_IsBad(string name, string content)
    {
        using TemporaryFile file = new(content, name);
        ExampleFileOptions options = new() { Columns = new() { Owner = "owner" } };
        Assert.Contains(" 2", SourceChecks.Problem(file.Path, options), StringComparison.Ordinal);
        Assert.Contains("no owner in \"owner\". Write whose data it is, or set data.skip_bad", SourceChecks.Problem(file.Path, options), StringComparison.Ordinal);
        Assert.Equal(["ann"], ExampleFile.Open(file.Path, options with { SkipBad = true }).From(0).Select(item => item.Example.Owner));
        Assert.Equal(2, ExampleFile.Open(file.Path).From(0).Count());
    }

    [Theory]
    [InlineData("text,prompt,completion\na,b,c\n", "more than one form")]
    [InlineData("text,text\na,b\n", "\"text\" is there 2 times")]
    [InlineData("prompt,comppletion\na,b\n", "no \"completion\" (there are \"prompt\", \"comppletion\"). Take \"comppletion\"")]
    [InlineData("completion\na\n", "no \"prompt\"")]
    [InlineData("", "there are none")]
    public void Open_TableWithoutOneForm_Throws(string content, string expected)
    {
        using TemporaryFile file = new(content, "a.csv");
        Assert.Contains(expected, SourceChecks.Problem(file.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ColumnsOfTwoFormsNamed_Throws()
    {
        using TemporaryFile file = new("{}", "a.jsonl");
        Assert.Contains("two forms", SourceChecks.Problem(file.Path, new() { Columns = new() { Text = "a", Messages = "b" } }), StringComparison.Ordinal);
        Assert.Contains("is empty", SourceChecks.Problem(file.Path, new() { Columns = new() { Text = "" } }), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_ParagraphsOrLines_AreRead()
    {
        using TemporaryFile file = new([0xEF, 0xBB, 0xBF, .. "\r\n \nEins\r\n  zwei\n\n\t\ndrei"u8], "a.txt");
        Assert.Equal(["Eins\n  zwei", "drei"], SourceChecks.AllFromEveryPosition(ExampleFile.Open(file.Path)).Select(example => example.Completion));
        Assert.Equal(["Eins", "  zwei", "drei"], SourceChecks.AllFromEveryPosition(ExampleFile.Open(file.Path, new() { LineByLine = true })).Select(example => example.Completion));
    }

    [Fact]
    public void Text_BadInput_Throws()
    {
        using TemporaryFile broken = new([.. "a\n\nb\n"u8, 0xC3, 0x28], "a.txt");
        Assert.Equal($"{broken.Path} line 3: not valid UTF-8. Save the file as UTF-8, or set data.skip_bad to leave such paragraphs out (they are "
            + "counted).", SourceChecks.Problem(broken.Path));
        Assert.Single(ExampleFile.Open(broken.Path, new() { SkipBad = true }).From(0));
        Assert.Contains("has no columns", SourceChecks.Problem(broken.Path, new() { Columns = new() { Owner = "owner" } }), StringComparison.Ordinal);
        using TemporaryFile empty = new("\n \n", "a.txt");
        Assert.Contains("there is no usable paragraph", SourceChecks.Problem(empty.Path), StringComparison.Ordinal);
        using TemporaryFile large = new($"{new string('a', 9 << 20)}\n{new string('b', 9 << 20)}\n\nc", "a.txt");
        Assert.Contains("line 1: the text is longer than 16 MiB", SourceChecks.Problem(large.Path), StringComparison.Ordinal);
        Assert.Equal(["c"], ExampleFile.Open(large.Path, new() { SkipBad = true }).From(0).Select(item => item.Example.Completion));
    }
}
