using System.IO.Compression;
using System.Text;
using Palimpsest.Common;
using Palimpsest.Data.Retrieval;
using Palimpsest.Tests.Runs;

namespace Palimpsest.Tests.Data.Retrieval;

public sealed class RetrievalCollectionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Trec_RunningNumbers_JoinTitlesTextsAndGrades()
    {
        string documents = Write("docs.xml", "<doc>\n<docno>a1</docno><title>wing &amp; tail</title><author>x</author><text>of a\nplane</text></doc><DOC><docno>a2</docno><text>flow</text></DOC>");
        string queries = Write("qry.xml", "<xml><top><num> 7</num><title>\nplane\n</title></top><top><num>9</num><title>unjudged</title></top></xml>");
        RetrievalCollection collection = TrecCollection.Read(documents, queries, Write("rel.txt", "1 0 a1 3\n1 0 a2 -1\n"), runningNumbers: true);
        Assert.Equal([new RetrievalText("a1", "wing & tail of a\nplane"), new RetrievalText("a2", "flow")], collection.Documents);
        Assert.Equal([new RetrievalText("1", "plane")], collection.Queries);
        Assert.Equal(3, collection.Judgements["1"]["a1"]);
        Assert.Equal(-1, collection.Judgements["1"]["a2"]);
    }

    [Fact]
    public void Beir_Header_IsPassedOver()
    {
        RetrievalCollection collection = BeirCollection.Read(
            Write("corpus.jsonl", "{\"_id\": \"d\", \"title\": \"T\", \"text\": \"x\"}\n\n{\"_id\": \"e\", \"text\": \"y\"}\n"), Write("queries.jsonl", "{\"_id\": \"q\", \"text\": \"x?\"}\n"), Write("test.tsv", "query-id\tcorpus-id\tscore\nq\td\t2\n"));
        Assert.Equal(["T x", "y"], collection.Documents.Select(document => document.Text));
        Assert.Equal(2, collection.Judgements["q"]["d"]);
    }

    [Theory]
    [InlineData("query-id\tcorpus-id\tscore\nq 1\td 2\t2\n")]
    [InlineData("qid\titer\tdocid\trel\r\n\r\nq 1\t0\td 2\t2.0\r\n")]
    [InlineData("q 1\td 2\t2\nq 1\td 2\t2")]
    public void Beir_AnyHeaderAndIdentifiersWithBlanks_AreRead(string judgements)
    {
        RetrievalCollection collection = BeirCollection.Read(
            Write("corpus.jsonl", "{\"_id\": \"d 2\", \"title\": null, \"text\": \"x\", \"metadata\": {}}\n"),
                Write("queries.jsonl", "{\"_id\": \"q 1\", \"text\": \"x?\"}\n"), Write("test.tsv", judgements));
        Assert.Equal(2, collection.Judgements["q 1"]["d 2"]);
        Assert.Equal("x", collection.Documents[0].Text);
        Assert.True(collection.LeavesOutTheQueryItself);
    }

    [Fact]
    public void Passages_Gzipped_EveryQuestionHasItsOwn()
    {
        string path = _folder["p.jsonl.gz"];
        using (GZipStream stream = new(File.Create(path), CompressionLevel.Fastest))
        {
            stream.Write(Encoding.UTF8.GetBytes("""{"question": "who", "ctxs": [{"title": "no", "text": "no"}, {"title": "A", "text": "b", "isgold": true}]}"""));
        }

        RetrievalCollection collection = QuestionPassages.Read(path);
        Assert.Equal("A b", Assert.Single(collection.Documents).Text);
        Assert.Equal(1, collection.Judgements[collection.Queries[0].Id][collection.Documents[0].Id]);
        Assert.False(collection.LeavesOutTheQueryItself);
    }

    [Theory]
    [InlineData("{\"_id\": \"d\", \"text\": \"\\ud800\"}")]
    [InlineData("{\"_id\": \"d\", \"\\udc00\": \"\", \"text\": \"x\"}")]
    [InlineData("{\"_id\": \"d\", \"_id\": \"e\", \"text\": \"x\"}")]
    public void Beir_TextThatIsNone_NamesTheLine(string line)
    {
        string documents = Write("corpus.jsonl", line), queries = Write("queries.jsonl", "{\"_id\": \"q\", \"text\": \"x?\"}"), judgements = Write("test.tsv", "q\td\t2\n");
        Assert.Contains("corpus.jsonl line 1: is not valid JSON", Assert.Throws<PalimpsestException>(() => BeirCollection.Read(documents, queries, judgements)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"_id\": \"d\", \"text\": \"x\"}\n{\"_id\": \"d\", \"text\": \"y\"}", "q 0 d 1", "the document \"d\" occurs twice")]
    [InlineData("{\"_id\": \"d\", \"text\": 3}", "q 0 d 1", "line 1: \"text\" is missing or is no text")]
    [InlineData("[1]", "q 0 d 1", "line 1: is no JSON object")]
    [InlineData("{\"_id\"", "q 0 d 1", "line 1: is not valid JSON")]
    [InlineData("{\"_id\": \"d\", \"text\": \"x\"}", "q d high", "line 1: a judgement is")]
    [InlineData("{\"_id\": \"d\", \"text\": \"x\"}", "q d high\nq d 1", "line 1: a judgement is")]
    [InlineData("{\"_id\": \"d\", \"text\": \"x\"}", "q d 1\nq d 2", "line 2: judges \"d\" for the query \"q\" once more")]
    [InlineData("{\"_id\": \"d\", \"text\": \"x\"}", "q d 1.5", "line 1: a judgement is")]
    [InlineData("{\"_id\": \"d\", \"text\": \"x\"}", "q d -9223372036854775808", "line 1: a judgement is")]
    [InlineData("{\"_id\": \"d\", \"text\": null}", "q d 1", "line 1: \"text\" is missing or is no text")]
    [InlineData("{\"_id\": \"d\", \"text\": \"x\"}", "other 0 d 1", "of which 0 are judged")]
    public void Beir_BadInput_NamesThePlace(string corpus, string judgements, string message)
    {
        string documents = Write("corpus.jsonl", corpus), queries = Write("queries.jsonl", "{\"_id\": \"q\", \"text\": \"x?\"}"), grades = Write("test.tsv", judgements);
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => BeirCollection.Read(documents, queries, grades)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<doc><docno>1</docno>", "has no </doc>")]
    [InlineData("<doc><title>t</title></doc>", "a part has no <docno>: \"<title>t")]
    public void Trec_BadTags_AreNamed(string documents, string message)
    {
        string path = Write("docs.xml", documents);
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => TrecCollection.Read(path, path, path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Passages_DamagedGzip_Throws()
    {
        string path = Write("p.jsonl.gz", "no gzip");
        Assert.Contains("the gzip data is damaged", Assert.Throws<PalimpsestException>(() => QuestionPassages.Read(path)).Message, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        AtomicFile.WriteText(_folder[name], text);
        return _folder[name];
    }
}
