using System.Text.Json;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Safetensors;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Tests.Training;
using Palimpsest.Torch;
using Palimpsest.Training;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Models;

public sealed class ClassifierTests
{
    private static readonly string[] s_labels = ["bad", "good", "so-so"];

    [Theory]
    [InlineData("llama", "LlamaForSequenceClassification")]
    [InlineData("gpt2", "GPT2ForSequenceClassification")]
    public void Save_Classifier_ComesBackWithHuggingFacesNames(string golden, string architecture)
    {
        using TemporaryFolder folder = new();
        float[] scores;
        using (CausalModel model = Load(TestContexts.Golden(golden)))
        {
            ModelFolder.Save(model, folder.Path);
            scores = Scores(model, [5, 6, 7]);
        }

        JsonElement config = JsonDocument.Parse(File.ReadAllText(folder.At("config.json"))).RootElement;
        Assert.Equal(architecture, config.GetProperty("architectures")[0].GetString());
        Assert.Equal(s_labels, config.GetProperty("id2label").EnumerateObject().Select(item => item.Value.GetString()));
        Assert.Equal(2, config.GetProperty("label2id").GetProperty("so-so").GetInt32());
        using (SafetensorsFile file = SafetensorsFile.Open(folder.At("model.safetensors")))
        {
            Assert.Equal([3, config.GetProperty(golden == "gpt2" ? "n_embd" : "hidden_size").GetInt64()], file["score.weight"].Shape);
            Assert.DoesNotContain("lm_head.weight", file.Entries.Keys);
        }

        using CausalModel again = ModelFolder.Load(folder.Path, TestContexts.F32());
        Assert.Equal(s_labels, again.Config.Labels);
        Assert.Equal(scores, Scores(again, [5, 6, 7]));

        // A model that has the head keeps it; other classes get a new one.
        using ModelSource source = ModelSource.Open(folder.Path);
        using CausalModel same = source.LoadClassifier(TestContexts.F32(), s_labels, new RandomStream(9));
        using CausalModel other = source.LoadClassifier(TestContexts.F32(), ["yes", "no", "maybe"], new RandomStream(9));
        Assert.Equal(scores, Scores(same, [5, 6, 7]));
        Assert.NotEqual(scores, Scores(other, [5, 6, 7]));
    }

    [Fact]
    public void Logits_Classifier_AreTheHeadOverTheBasesHiddenState()
    {
        using CausalModel plain = ModelFolder.Load(TestContexts.Golden("llama"), TestContexts.F32()), classifier = Load(TestContexts.Golden("llama"));
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor hidden = plain.Hidden(tensor(new long[] { 5, 6, 7 }, [1, 3]));
        Assert.Equal(TensorBytes.ToArray(hidden.matmul(classifier.Parameters["score.weight"].t()).narrow(1, 2, 1).reshape(-1)), Scores(classifier, [5, 6, 7]).Select(x => x), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Contains("predicts no tokens", Assert.Throws<PalimpsestException>(() => TextGenerator.Generate(classifier, [[1]], new SamplingOptions(), new RandomStream(1))).Message, StringComparison.Ordinal);
        Assert.Contains("predicts no tokens", Assert.Throws<PalimpsestException>(() => SequenceScorer.LogLikelihoods(classifier, [new TokenSequence([1, 2], 0)])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_ClassesThatTheFirstTokenTells_AreLearnt(bool packed)
    {
        using CausalModel model = CausalModel.Create(TinyTraining.Config with { Labels = s_labels, TiedEmbeddings = false }, TestContexts.F32(), new RandomStream(3));
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model, new TrainOptions { Steps = 60, LearningRate = 1e-2, CheckpointEvery = 0 }, new ClassBatches(packed),
            new RandomStream(7, "train"));
        List<double> losses = [];
        trainer.Run(progress => losses.Add(progress.Loss));
        Assert.InRange(losses[0], 0.9, 1.4); // ln 3 = 1.10
        Assert.InRange(losses[^1], 0, 0.1);
    }

    [Fact]
    public void Encode_UnknownClassOrNoText_IsRefusedByName()
    {
        using LanguageModel model = LanguageModel.Load("base-v1", TestContexts.F32(), LoadMode.Mapped);
        ExampleEncoder encoder = new(model.Tokenizer, 32, s_labels);
        TokenSequence sequence = encoder.Encode(new TextExample("A stirring film", " good"))!;
        Assert.Equal((1, 1), (sequence.Label, sequence.Targets));
        Assert.Equal(model.Tokenizer.Encode("A stirring film"), sequence.Ids);
        TokenBatch batch = TokenBatch.Of([sequence, encoder.Encode(new TextExample("A", "so-so"))!]);
        Assert.Equal([sequence.Ids.Length - 1, batch.Time + model.Tokenizer.Encode("A").Length - 1], batch.Rows);
        Assert.Equal([1, 2], batch.Targets);
        Assert.Contains("\"great\" is none of the classes: bad, good, so-so", Assert.Throws<PalimpsestException>(() => encoder.Encode(new TextExample("A", " great"))).Message, StringComparison.Ordinal);
        Assert.Contains("no text", Assert.Throws<PalimpsestException>(() => encoder.Encode(new TextExample("", "good"))).Message, StringComparison.Ordinal);
        Assert.Contains("is no classifier", Assert.Throws<PalimpsestException>(() => ClassPrediction.Of(model, [new TextExample("A", "good")])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"num_labels\": 3", "LABEL_0,LABEL_1,LABEL_2")]
    [InlineData("\"id2label\": {\"1\": \"up\", \"0\": \"down\"}", "down,up")]
    [InlineData("\"pad_token_id\": 0", "LABEL_0,LABEL_1")]
    [InlineData("\"id2label\": {\"0\": \"up\", \"1\": \"up\"}", null)]
    [InlineData("\"id2label\": {\"0\": \"up\", \"2\": \"down\"}", null)]
    [InlineData("\"num_labels\": 3, \"id2label\": {\"0\": \"up\", \"1\": \"down\"}", null)]
    [InlineData("\"num_labels\": 1", null)]
    [InlineData("\"problem_type\": \"regression\"", null)]
    public void Read_Classes_AreThoseOfTheConfigurationOrRefused(string keys, string? expected)
    {
        using TemporaryFolder folder = new();
        folder.Write("config.json", $$"""{"architectures": ["LlamaForSequenceClassification"], "hidden_size": 8, "intermediate_size": 8, "num_attention_heads": 1, "num_hidden_layers": 1, "vocab_size": 9, {{keys}}}""");
        if (expected is null)
        {
            Assert.Contains("config.json", Assert.Throws<PalimpsestException>(() => ModelConfigFile.Read(folder.At("config.json"))).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(expected.Split(','), ModelConfigFile.Read(folder.At("config.json")).Labels);
        }
    }

    private static CausalModel Load(string folder)
    {
        using ModelSource source = ModelSource.Open(folder);
        return source.LoadClassifier(TestContexts.F32(), s_labels, new RandomStream(7));
    }

    /// <summary>The scores behind the last token.</summary>
    private static float[] Scores(CausalModel model, long[] ids)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        return TensorBytes.ToArray(model.Logits(model.Hidden(tensor(ids, [1, ids.Length]))).narrow(1, ids.Length - 1, 1).reshape(-1));
    }

    /// <summary>Sequences of random length whose class is the first token.</summary>
    private sealed class ClassBatches(bool packed) : IBatchSource<TokenBatch>
    {
        private readonly RandomStream _random = new(5);

        public TokenBatch Next()
        {
            TokenSequence[] sequences = [.. Enumerable.Range(0, 12).Select(_ =>
            {
                int label = _random.NextInt(3);
                return new TokenSequence([label, .. Enumerable.Range(0, 1 + _random.NextInt(6)).Select(_ => 10 + _random.NextInt(30))], 0) { Label = label };
            })];
            return packed ? TokenBatch.Packed([.. sequences.Chunk(4)], 28) : TokenBatch.Of(sequences);
        }

        public string SaveCursor() => "";

        public void RestoreCursor(string cursor)
        {
        }
    }
}
