using Palimpsest.Data;
using Palimpsest.Numerics;
using Parquet;
using Parquet.Schema;

namespace Palimpsest.Tests.Data;

public sealed class ParquetSourceTests
{
    [Fact]
    public async Task From_SeveralGroups_AreReadFromEveryPosition()
    {
        using TemporaryFile file = new(await Write([["a", "b", "c"], [], ["d"], ["e", "f"]]), "a.parquet");
        IExampleSource source = ExampleFile.Open(file.Path);
        Assert.Equal(["a", "b", "c", "d", "e", "f"], SourceChecks.AllFromEveryPosition(source).Select(example => example.Completion));
        Assert.Equal([0L, 1, 2, 3, 4, 5], source.From(0).Select(item => item.Position));
        Assert.Equal("d", source.At(3).Completion);
        Assert.Contains("has changed", Assert.Throws<PalimpsestException>(() => source.At(6)).Message, StringComparison.Ordinal);
        Assert.Contains("has changed", Assert.Throws<PalimpsestException>(() => source.At(600)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_NullOrEmptyText_IsABadRow()
    {
        using TemporaryFile file = new(await Write([["a", null], ["", "b"]]), "a.parquet");
        Assert.Contains("row 2: neither \"text\" nor \"prompt\"", SourceChecks.Problem(file.Path), StringComparison.Ordinal);
        List<string> problems = [];
        Assert.Equal(["a", "b"], ExampleFile.Open(file.Path, new() { SkipBad = true }).From(0, problems.Add).Select(item => item.Example.Completion));
        Assert.Equal(2, problems.Count);
    }

    [Fact]
    public async Task Open_ColumnMissingOrNoStrings_Throws()
    {
        using TemporaryFile file = new(await Write([["a"]]), "a.parquet");
        Assert.Contains("no \"txt\" (there are \"text\", \"number\"). Take \"text\"", SourceChecks.Problem(file.Path, new() { Columns = new() { Text = "txt" } }), StringComparison.Ordinal);
        Assert.Contains("row 1: \"number\" is a number, not a string", SourceChecks.Problem(file.Path, new() { Columns = new() { Text = "number" } }),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PAR1")]
    [InlineData("text\na\n")]
    public void Open_NoParquet_Throws(string content)
    {
        using TemporaryFile file = new(content, "a.parquet");
        Assert.Contains("cannot be read as Parquet", SourceChecks.Problem(file.Path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_NoRows_Throws()
    {
        using TemporaryFile file = new(await Write([[]]), "a.parquet");
        Assert.Contains("there is no usable row in it", SourceChecks.Problem(file.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 2_000)]
    [InlineData(true, 200)]
    public async Task From_MutatedFiles_AreReadOrRefused(bool footer, int files)
    {
        byte[] whole = await Write([["plain", "plain", "other"], ["last", null]]);
        int end = whole.Length - 8 - BitConverter.ToInt32(whole, whole.Length - 8);
        RandomStream random = new(5, "parquet");
        int read = 0, refused = 0;
        for (int i = 0; i < files; i++)
        {
            byte[] bytes = [.. whole];
            for (int change = random.NextInt(3); change >= 0; change--)
            {
                bytes[footer ? end + random.NextInt(whole.Length - end) : random.NextInt(end)] = (byte)random.NextInt(256);
            }

            using TemporaryFile file = new(footer && i % 10 == 0 ? bytes[..random.NextInt(bytes.Length)] : bytes, "a.parquet");
            try
            {
                read += ExampleFile.Open(file.Path, new() { SkipBad = true }).From(0).Count();
            }
            catch (PalimpsestException)
            {
                refused++;
            }
        }

        Assert.True(read > 0 && refused > 0, $"{read} rows read, {refused} files refused");
    }

    [Fact]
    public async Task From_WholeNumbers_AreLabelsAndOwners()
    {
        DataField<string> text = new("prompt");
        DataField<long> label = new("label"), owner = new("owner");
        using TemporaryFile file = new(
            await Columns(new ParquetSchema(text, label, owner), async rows =>
            {
                await rows.WriteAsync(text, (string[])["a", "b"]);
                await rows.WriteAsync<long>(label, new long[] { 0, -7 });
                await rows.WriteAsync<long>(owner, new long[] { 101, 102 });
            }),
            "a.parquet");
        Assert.Equal([new TextExample("a", "0", "101"), new TextExample("b", "-7", "102")],
            SourceChecks.AllFromEveryPosition(ExampleFile.Open(file.Path, new() { Columns = new() { Prompt = "prompt", Completion = "label" } })));
    }

    [Fact]
    public async Task From_BytesWithoutAnnotation_AreTextsIfTheyAreUtf8()
    {
        DataField<byte[]> text = new("text");
        using TemporaryFile file =
            new(await Columns(new ParquetSchema(text), rows => rows.WriteAsync(text, (byte[][])["é\uFFFD"u8.ToArray(), [0x61, 0xFF], "b"u8.ToArray()])),
            "a.parquet");
        Assert.Contains("row 2: a text is not valid UTF-8", SourceChecks.Problem(file.Path), StringComparison.Ordinal);
        Assert.Equal(["é\uFFFD", "b"], ExampleFile.Open(file.Path, new() { SkipBad = true }).From(0).Select(item => item.Example.Completion));
    }

    [Fact]
    public async Task From_MessagesAsListsOfStructs_AreChats()
    {
        ParquetSchema schema = new(
            new ListField("messages",
                new StructField("element", new DataField<string>("role"), new DataField<string>("content"),
                new ListField("tool_calls", new StructField("element", new DataField<string>("name"), new DataField<int?>("size"))))),
            new DataField<string>("owner"));
        object? none = null;
        Dictionary<string, object?>[] rows =
        [
            new() { ["owner"] = "ann", ["messages"] = Said(Message("user", "a", none), Message("assistant", "b", none)) },
            new() { ["owner"] = null,
                ["messages"] =
                Said(Message("user", null, Said()),
                Message("assistant", null, Said(new() { ["name"] = "f", ["size"] = 3 }, new() { ["name"] = "g", ["size"] = null })),
                Message("assistant", "c", none)) },
            new() { ["owner"] = "bob", ["messages"] = Said(Message("user", "d", none), Message("assistant", "e", none)) },
        ];
        using MemoryStream stream = new();
        await Parquet.Serialization.ParquetSerializer.SerializeUntypedAsync(rows!, schema, stream);
        using TemporaryFile file = new(stream.ToArray(), "a.parquet");
        IExampleSource source = ExampleFile.Open(file.Path, new() { SkipBad = true });
        TextExample[] all = SourceChecks.AllFromEveryPosition(source);
        Assert.Equal([("ann", "b"), ("bob", "e")], all.Select(example => (example.Owner, example.Messages![^1].Content)));
        Assert.Contains("row 2: message 1 of \"messages\" has no \"content\"", SourceChecks.Problem(file.Path), StringComparison.Ordinal);

        rows[1]["messages"] =
            Said(Message("user", "x", Said()),
            Message("assistant", null, Said(new() { ["name"] = "f", ["size"] = 3 }, new() { ["name"] = "g", ["size"] = null })),
            Message("assistant", "c", none));
        using MemoryStream again = new();
        await Parquet.Serialization.ParquetSerializer.SerializeUntypedAsync(rows!, schema, again);
        using TemporaryFile other = new(again.ToArray(), "b.parquet");
        Assert.Equal("""{"role":"assistant","content":null,"tool_calls":[{"name":"f","size":3},{"name":"g","size":null}]}""",
            ExampleFile.Open(other.Path).At(1).Messages![1].Json);

        static Dictionary<string, object?> Message(string role, string? content, object? calls) =>
            new() { ["role"] = role, ["content"] = content, ["tool_calls"] = calls };

        static List<Dictionary<string, object?>> Said(params Dictionary<string, object?>[] items) => [.. items];
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Cases))]
    public void From_FilesOfOtherWriters_AreReadOrRefusedByRow(string name, string? problem, string? prompt, string? completion, int rows)
    {
        string path = Path.Combine(CasesFolder!, name);
        ExampleFileOptions options = new() { Columns = new() { Prompt = prompt, Completion = completion } };
        if (problem is not null)
        {
            Assert.Contains(problem, SourceChecks.Problem(path, options), StringComparison.Ordinal);
            return;
        }

        TextExample[] all = SourceChecks.AllFromEveryPosition(ExampleFile.Open(path, options));
        Assert.Equal(rows, all.Length);
        Assert.All(all, example => Assert.NotEqual("", example.Completion));
        Assert.True(name[0] != 'f' || all[0].Owner == "101", all[0].Owner);
    }

    private static string? CasesFolder => Palimpsest.Tests.Text.GoldenData.Find("cases", "18-parquet-strings");

    public static IEnumerable<TheoryDataRow<string, string?, string?, string?, int>> Cases() => CasesFolder is null ? [] :
    [
        new("a-dictionary.parquet", null, null, null, 4), new("b-not-annotated.parquet", null, null, null, 4),
            new("c-invalid-utf8.parquet", "row 2: a text is not valid UTF-8", null, null, 0),
        new("d-messages.parquet", null, null, null, 3), new("e-integer-label.parquet", null, "sentence", "label", 4),
            new("f-integer-owner.parquet", null, null, null, 4),
    ];

    private static async Task<byte[]> Columns(ParquetSchema schema, Func<ParquetRowGroupWriter, Task> write)
    {
        using MemoryStream stream = new();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream))
        {
            using ParquetRowGroupWriter rows = writer.CreateRowGroup();
            await write(rows);
        }

        return stream.ToArray();
    }

    private static async Task<byte[]> Write(string?[][] groups)
    {
        DataField text = new DataField<string>("text"), number = new DataField<int>("number");
        using MemoryStream stream = new();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(text, number), stream))
        {
            foreach (string?[] group in groups)
            {
                using ParquetRowGroupWriter rows = writer.CreateRowGroup();
                await rows.WriteAsync(text, group!);
                await rows.WriteAsync<int>(number, Enumerable.Range(0, group.Length).ToArray());
            }
        }

        return stream.ToArray();
    }
}
