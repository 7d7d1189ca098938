using System.Globalization;
using System.Text.Json;
using Palimpsest.Data.Safetensors;
using Palimpsest.Evaluation.Parity;
using Palimpsest.Metrics;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Retrieval;
using Palimpsest.Tests.Models;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Retrieval;

/// <summary>What the reference set for retrieval says of the parts that are here: the retriever's vectors, exact search with ties, and ranks by
/// words.</summary>
public sealed class GoldenRagTests
{
    public static TheoryData<string> Store() => File("store.safetensors");

    public static TheoryData<string> Search() => File("search.json");

    public static TheoryData<string> Classes() => File("crab.json");

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Store))]
    public void Encode_PassagesAndQuestions_EqualTheReferencesVectors(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using EncoderModel model = ModelFolder.Load<EncoderModel>(Path.Combine(Path.GetDirectoryName(path)!, "retriever"), TestContexts.F32(), LoadMode.Mapped);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        foreach (string kind in new[] { "passage", "question" })
        {
            Tensor Read(string name) => TensorBytes.Read(file, file[$"{kind}_{name}"]);
            Tensor vectors = EncoderModel.MeanPooled(model.Hidden(Read("ids"), Read("mask")), Read("mask"));
            Assert.InRange(References.Difference(vectors, Read("embeddings")), 0, 1e-4);
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Store))]
    public void Open_Reader_IsRefusedByName(string path) => Assert.Contains("\"T5ForConditionalGeneration\" is not known", Assert.Throws<PalimpsestException>(
        () => ModelFolder.Load(Path.Combine(Path.GetDirectoryName(path)!, "reader"), TestContexts.F32())).Message, StringComparison.Ordinal);

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Search))]
    public void Best_TiedScores_TakeTheFirst(string path)
    {
        JsonElement json = Json(path);
        float[][] passages = [.. json.GetProperty("passages").EnumerateArray().Select(Floats)],
            queries = [.. json.GetProperty("queries").EnumerateArray().Select(Floats)];
        foreach (JsonProperty top in json.GetProperty("top").EnumerateObject())
        {
            int count = int.Parse(top.Name, CultureInfo.InvariantCulture);
            for (int i = 0; i < queries.Length; i++)
            {
                IReadOnlyList<(int Document, double Score)> hits = DenseRetriever.Best(queries[i], passages, count);
                Assert.Equal(Numbers(top.Value[i]), hits.Select(hit => hit.Document));
                Assert.All(hits, hit => Assert.Equal(json.GetProperty("scores")[i][hit.Document].GetDouble(), hit.Score));
            }
        }
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Classes))]
    public void Lexical_QuestionsWithAnswers_RankAsTheReference(string path)
    {
        int questions = 0;
        foreach (JsonProperty example in Json(path).EnumerateObject().Where(item => item.Value.TryGetProperty("bm25", out _)))
        {
            JsonElement settings = example.Value.GetProperty("bm25");
            Bm25Options options = new()
            {
                K1 = settings.GetProperty("k1").GetDouble(),
                B = settings.GetProperty("b").GetDouble(),
                Tokens = Bm25Tokens.Ascii,
            };
            string[] passages = [.. example.Value.GetProperty("passages").EnumerateArray()
                .Select(item => $"{item.GetProperty("title")} {item.GetProperty("text")}")];
            LexicalRetriever retriever = new(passages, options);
            foreach (JsonElement question in example.Value.GetProperty("questions").EnumerateArray())
            {
                questions++;
                string answer = question.GetProperty("answer").GetString()!;
                int[] ranks = [.. retriever.Search([$"{question.GetProperty("question")} {answer}"], passages.Length)[0].Select(hit => hit.Document)];
                Assert.Equal(Numbers(question.GetProperty("bm25_rank")), ranks);

                // The answer as a substring of normalised text.
                bool Contains(int passage) => AnswerNormalizer.Normalize(passages[passage])
                    .Contains(AnswerNormalizer.Normalize(answer), StringComparison.Ordinal);
                Assert.Equal(Numbers(question.GetProperty("contains_answer")), Enumerable.Range(0, passages.Length).Where(Contains));
                Assert.Equal(Numbers(question.GetProperty("relevant")), ranks.Take(5).Where(Contains));
            }
        }

        Assert.True(questions > 0);
    }

    private static TheoryData<string> File(string name) => System.IO.File.Exists(ReferenceSet.At("rag", name)) ? [ReferenceSet.At("rag", name)] : [];

    private static JsonElement Json(string path) => JsonDocument.Parse(System.IO.File.ReadAllText(path)).RootElement;

    private static float[] Floats(JsonElement row) => [.. row.EnumerateArray().Select(value => value.GetSingle())];

    private static int[] Numbers(JsonElement row) => [.. row.EnumerateArray().Select(value => value.GetInt32())];
}
