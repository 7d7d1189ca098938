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
        Assert.Contains("the column \"number\" holds Int32, not strings", SourceChecks.Problem(file.Path, new() { Columns = new() { Text = "number" } }), StringComparison.Ordinal);
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
