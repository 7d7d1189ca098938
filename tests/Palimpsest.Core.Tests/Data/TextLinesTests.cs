using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Palimpsest.Common;
using Palimpsest.Data.Files;
using Palimpsest.Data.Retrieval;
using Palimpsest.Data.Safetensors;
using Palimpsest.Tests.Runs;

namespace Palimpsest.Tests.Data;

/// <summary>Text files of unknown origin are read line by line: what a line may be, and what is no file.</summary>
public sealed class TextLinesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(".txt", false)]
    [InlineData(".txt.gz", false)]
    [InlineData(".txt", true)]
    public void Of_MarkLineEndsAndBlankLines_AreCounted(string end, bool blank)
    {
        string path = Write("a" + end, "\uFEFFone\r\n\n \t\r\ntw\u2028o\0\nthree"u8.ToArray());
        (int, string)[] expected = [(1, "one"), (4, "tw\u2028o\0"), (5, "three")];
        Assert.Equal(blank ? [expected[0], (2, ""), (3, " \t"), .. expected[1..]] : expected, TextLines.Of(path, blank));
    }

    [Fact]
    public void Of_LineBeyondTheBound_IsRefusedWithItsNumber()
    {
        byte[] bytes = [.. "first\n"u8, .. new byte[(16 << 20) + 1]];
        bytes.AsSpan(6).Fill((byte)'x');
        Assert.Contains("a.txt line 2: is longer than 16 MiB",
            Assert.Throws<PalimpsestException>(() => TextLines.Of(Write("a.txt", bytes)).Count()).Message, StringComparison.Ordinal);
        Assert.Equal(2, TextLines.Of(Write("b.txt", bytes[..^1])).Count());
    }

    [Fact]
    public void Of_BytesThatAreNoText_AreRefusedWithTheLine() => Assert.Contains(
        "a.txt line 2: is not valid UTF-8",
            Assert.Throws<PalimpsestException>(() => TextLines.Of(Write("a.txt", [(byte)'a', 10, 0xFF])).Count()).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_WhatIsNoFile_IsRefusedWithoutWaiting()
    {
        string pipe = _folder["pipe"];
        using (Process make = Process.Start("mkfifo", [pipe]))
        {
            make.WaitForExit();
        }

        (string Path, string Message)[] cases =
            [(pipe, "it is a named pipe (FIFO)"), ("/dev/zero", "it is a device"), (_folder.Path, "is a folder"), (_folder["none"], "there is no such file")];
        foreach ((string path, string message) in cases)
        {
            Assert.Contains(message, Assert.Throws<PalimpsestException>(() => TextLines.Of(path).Count()).Message, StringComparison.Ordinal);
        }

        Assert.Contains("it is a named pipe", Assert.Throws<PalimpsestException>(() => SafetensorsFile.Open(pipe)).Message, StringComparison.Ordinal);
        Assert.Contains("it is a named pipe",
            Assert.Throws<PalimpsestException>(() => TrecCollection.Read(pipe, pipe, pipe)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trec_SeveralPartsOfALineAndPartsOfSeveralLines_AreFound()
    {
        const string parts = "<doc><docno>1</docno><text>a</text></doc> <doc>\n\n<docno>2</docno>\n\n<text>b\n\nc</text>\n</doc>x<doc><docno>3</docno></doc>";
        string documents = Write("d.xml", Encoding.UTF8.GetBytes(parts));
        string queries = Write("q.xml", "<top><num>7</num><title>t</title></top>"u8.ToArray());
        RetrievalCollection collection = TrecCollection.Read(documents, queries, Write("r.txt", "7 0 2 1\n"u8.ToArray()));
        Assert.Equal([new RetrievalText("1", "a"), new RetrievalText("2", "b\n\nc"), new RetrievalText("3", "")], collection.Documents);
        string open = Write("o.xml", "<doc><docno>1</docno></doc>\n<doc>\n"u8.ToArray());
        Assert.Contains("o.xml line 2: a <doc> has no </doc>",
            Assert.Throws<PalimpsestException>(() => TrecCollection.Read(open, queries, open)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"_id\": \"d\", \"titel\": \"T\", \"text\": \"x\"}", "q\td\t1", "line 1: \"titel\" is not read. Did you mean \"title\"")]
    [InlineData("{\"_id\": \"d\", \"text\": \"x\"}", "q\td\t١", "line 1: a judgement is")]
    [InlineData("{\"_id\": \"d\", \"text\": \"x\"}", "q\td\t1\nq\te\t0x1", "line 2: a judgement is")]
    [InlineData("{\"_id\": \"d\", \"text\": \"x\"}", "q\td\t1\nq\te\t1_0", "line 2: a judgement is")]
    [InlineData("{\"_id\": \"d\", \"text\": \"x\"}", "q\td\t1\nq\te\t01", "line 2: a judgement is")]
    public void Beir_SlipsAndOddNumbers_AreRefused(string corpus, string judgements, string message)
    {
        string[] files = [Write("c.jsonl", Encoding.UTF8.GetBytes(corpus)),
            Write("q.jsonl", "{\"_id\": \"q\", \"text\": \"x?\", \"url\": \"u\"}"u8.ToArray()), Write("t.tsv", Encoding.UTF8.GetBytes(judgements))];
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => BeirCollection.Read(files[0], files[1], files[2])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Passages_MarkOfTheRightOneThatIsNoFlag_IsRefused()
    {
        string path = Write("p.jsonl", "{\"question\": \"q\", \"ctxs\": [{\"text\": \"a\"}, {\"text\": \"b\", \"isgold\": 1}]}"u8.ToArray());
        Assert.Contains("\"isgold\" must be true or false, but is 1",
            Assert.Throws<PalimpsestException>(() => QuestionPassages.Read(path)).Message, StringComparison.Ordinal);
    }

    private string Write(string name, byte[] bytes)
    {
        AtomicFile.Write(_folder[name], stream =>
        {
            using GZipStream? packed = name.EndsWith(".gz", StringComparison.Ordinal)
                ? new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true) : null;
            (packed ?? stream).Write(bytes);
        });
        return _folder[name];
    }
}
