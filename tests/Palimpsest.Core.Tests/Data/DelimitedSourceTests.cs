using System.Text;
using CsCheck;
using Palimpsest.Data;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Data;

public sealed class DelimitedSourceTests
{
    // What parts fields and records, what is quoted, more than one byte and more than one UTF-16 unit, and a byte-order mark where it is none.
    private static readonly Gen<string> s_field = Any("a", " ", ",", "\t", "\"", "\n", "\r", "\r\n", "é", "\U0001F600", "\uFEFF", ";", "#", "=").List[1, 8].Select(string.Concat);

    [Fact]
    public void From_WhatAWriterWrote_IsReadFromEveryPosition() =>
        Gen.Select(Gen.Select(s_field, s_field, Gen.Bool).Array[1, 8], Any(',', '\t'), Any("\n", "\r\n"), Gen.Bool, Gen.Bool).Sample((rows, separator, lineEnd, mark, lastLineEnd) =>
        {
            StringBuilder text = new(mark ? "\uFEFF" : "");
            text.Append(Record(separator, false, "owner", "prompt", "extra", "completion"));
            foreach ((string prompt, string completion, bool quoted) in rows)
            {
                text.Append(lineEnd).Append(quoted ? lineEnd : "").Append(Record(separator, quoted, "", prompt, "", completion));
            }

            using TemporaryFile file = new(text.Append(lastLineEnd ? lineEnd : "").ToString(), separator == ',' ? "a.csv" : "a.tsv");
            Assert.Equal(rows.Select(row => new TextExample(row.Item1, row.Item2)), SourceChecks.AllFromEveryPosition(ExampleFile.Open(file.Path)));
        }, iter: 2_000);

    [Fact]
    public void From_QuotesThatAreText_AreKept()
    {
        using TemporaryFile file = new("prompt\tcompletion\n\"so\tit \"is\r\nx\"\t\"\"y\n", "a.tsv");
        ExampleFileOptions options = new() { Quotes = false };
        Assert.Equal([new TextExample("\"so", "it \"is"), new TextExample("x\"", "\"\"y")],
            SourceChecks.AllFromEveryPosition(ExampleFile.Open(file.Path, options)));
        Assert.Contains("say that quotes are text (data.columns.quotes: false)", SourceChecks.Problem(file.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x,y,z", "3 fields where the header has 2. Put fields with separators or line ends into quotes")]
    [InlineData("x", "1 fields where the header has 2. Put fields with separators or line ends into quotes")]
    [InlineData("x,y\"z",
        "a quote stands inside a field that does not begin with one. Put the field into quotes and double those inside, say that quotes are text "
            + "(data.columns.quotes: false)")]
    [InlineData("x,\"y\"z",
        "text follows the closing quote of a field. Double the quotes inside fields, say that quotes are text (data.columns.quotes: false)")]
    [InlineData(",y", "\"text\" is empty. Fill it")]
    public void From_BadRow_NamesFileRowReasonAndWayOut(string bad, string problem)
    {
        using TemporaryFile file = new($"text,id\n\"a\nb\",1\n\n{bad}\nc,3\n", "a.csv");
        Assert.Equal($"{file.Path} row 2 (line 5): {problem}, or set data.skip_bad to leave such rows out (they are counted).", SourceChecks.Problem(file.Path));
        List<string> problems = [];
        IExampleSource source = ExampleFile.Open(file.Path, new() { SkipBad = true });
        Assert.Equal(["a\nb", "c"], source.From(0, problems.Add).Select(item => item.Example.Completion));
        Assert.Equal([problem], problems);
        Assert.Equal("c", source.At(source.From(0).Last().Position).Completion);
    }

    [Fact]
    public void From_QuoteNeverClosed_IsBad()
    {
        using TemporaryFile file = new("text\na\n\"b\nc\n", "a.csv");
        Assert.Contains("row 2 (line 3): a quote is never closed", SourceChecks.Problem(file.Path), StringComparison.Ordinal);
        using TemporaryFile large = new($"text\na\n\"b\n{new string('c', 40 << 20)}\n", "a.csv");
        Assert.Contains("line 3: the row is longer than 16 MiB", SourceChecks.Problem(large.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void From_OtherEncodings_AreNamed()
    {
        using TemporaryFile latin = new([.. "text\na\n"u8, 0xE4, (byte)'\n', (byte)'b'], "a.csv");
        Assert.Contains("row 2 (line 3): not valid UTF-8", SourceChecks.Problem(latin.Path), StringComparison.Ordinal);
        using TemporaryFile wide = new([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("text\na\n")], "a.csv");
        Assert.Contains("UTF-16", SourceChecks.Problem(wide.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void From_HeaderAlone_Throws()
    {
        using TemporaryFile file = new("text\n", "a.csv");
        Assert.Contains("there is no usable row in it", SourceChecks.Problem(file.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void At_NoRowBegins_Throws()
    {
        using TemporaryFile file = new("text\nabc\ndef\n", "a.csv");
        IExampleSource source = ExampleFile.Open(file.Path);
        Assert.Equal("def", source.At(9).Completion);
        foreach (long position in new[] { 6L, 13, 14, 900 })
        {
            Assert.Contains("has changed", Assert.Throws<PalimpsestException>(() => source.At(position)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void From_MutatedFiles_AreReadOrRefusedAndResumed()
    {
        byte[] whole = Encoding.UTF8.GetBytes("text,owner\r\nplain,ann\r\n\"quoted, \"\"twice\"\"\r\nover lines\",bob\r\n\"\",\"\"\r\nü,\U0001F600\r\nlast,cy");
        byte[] special = [.. ",\"\n\r\0a"u8, 0xEF, 0xBB, 0xBF, 0xFF, 0xFE];
        RandomStream random = new(5, "csv");
        int read = 0;
        for (int i = 0; i < 3_000; i++)
        {
            List<byte> bytes = [.. whole];
            for (int change = random.NextInt(4); change >= 0; change--)
            {
                int at = random.NextInt(bytes.Count);
                byte value = random.NextInt(2) == 0 ? (byte)random.NextInt(256) : special[random.NextInt(special.Length)];
                switch (random.NextInt(3))
                {
                    case 0: bytes[at] = value; break;
                    case 1: bytes.Insert(at, value); break;
                    default: bytes.RemoveAt(at); break;
                }
            }

            using TemporaryFile file = new([.. bytes], "a.csv");
            try
            {
                read += SourceChecks.AllFromEveryPosition(ExampleFile.Open(file.Path, new() { SkipBad = true })).Length;
            }
            catch (PalimpsestException)
            {
                // Refused with a reason.
            }
        }

        Assert.InRange(read, 3_000, 15_000);
    }

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static string Record(char separator, bool quoteAll, params string[] fields) => string.Join(separator, fields.Select(field =>
        quoteAll || field.AsSpan().IndexOfAny("\"\r\n") >= 0 || field.Contains(separator, StringComparison.Ordinal) ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field));
}
