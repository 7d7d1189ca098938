using Palimpsest.Models.Families;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Reasoning.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Reasoning;

/// <summary>Rollouts: the same bits in any company, from the store or anew, and as likely as the model says.</summary>
public sealed class RolloutTests : IDisposable
{
    private const int LineEnd = 5;
    private readonly TemporaryFolder _folder = new();
    private readonly CausalModel _model = Tiny();

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Rollouts_AloneAndInCompany_AreTheSame()
    {
        int[] trace = [1, 2, 3, 4, 6, 7, 8, 9, 10, 11];
        RolloutRequest[] requests = [new(trace, 3, 3, 3), new(trace, 3, 6, 2), new(trace, 3, 9, 4), new([2, 2], 2, 2, 2), RolloutRequest.Of([9], 1)];
        Rollout[][] together = Sample(requests, places: 16), narrow = Sample(requests, places: 2);
        for (int i = 0; i < requests.Length; i++)
        {
            Rollout[] alone = Sample([requests[i]], places: 1)[0];
            AssertSame(alone, together[i]);
            AssertSame(alone, narrow[i]);

            // A prefix is what counts, not what follows it.
            AssertSame(alone, Sample([requests[i] with { Sequence = requests[i].Sequence[..requests[i].Length] }], places: 3)[0]);
        }

        // The first of many are those of few, and others are others.
        AssertSame(together[0][..2], Sample([requests[0] with { Count = 2 }], places: 4)[0]);
        AssertSame(together[0][2..], Sample([requests[0] with { Count = 1, First = 2 }], places: 4)[0]);
        AssertSame(together[0], Sample([requests[0]], places: 0)[0]); // as many as are fast
    }

    [Fact]
    public void Sampler_Greedy_WritesWhatGenerationWrites()
    {
        int[][] prompts = [[1, 2, 3], [4], [7, 8, 9, 10, 11, 12]];
        int[][] expected = TextGenerator.Generate(_model, prompts, new SamplingOptions { MaxNewTokens = 20 }, new RandomStream(1));
        using RolloutEngine engine = new(_model, new SamplingOptions { MaxNewTokens = 20 }, 7, places: 2);
        Rollout[][] made = engine.All([.. prompts.Select(prompt => RolloutRequest.Of(prompt, 1))], "test", default)!;
        Assert.Equal(expected, made.Select(own => own[0].Tokens));

        // Another way of computing: a hook sends the model through libtorch.
        using IDisposable hook = _model.Hooks.Add("hook_embed", x => x);
        using RolloutEngine torch = new(_model, new SamplingOptions { MaxNewTokens = 20 }, 7, places: 2);
        Assert.Equal(expected, torch.All([.. prompts.Select(prompt => RolloutRequest.Of(prompt, 1))], "test", default)!.Select(own => own[0].Tokens));
    }

    [Fact]
    public void Rollouts_OfOneStep_EndWithIt()
    {
        using RolloutEngine engine = new(_model, new SamplingOptions { MaxNewTokens = 40, Temperature = 2 }, 7, stepEnds: new HashSet<int> { LineEnd });
        Rollout[] made = engine.All([RolloutRequest.Of([1, 2], 60)], "test", default)![0];
        Assert.Contains(made, rollout => rollout.End == CompletionEnd.StopText);
        Assert.All(made, rollout => Assert.Equal(rollout.End == CompletionEnd.StopText ? rollout.Tokens.Length - 1 : -1,
            Array.IndexOf(rollout.Tokens, LineEnd)));
    }

    [Fact]
    public void Rollouts_OfOneToken_AreAsLikelyAsTheModelSays()
    {
        const int count = 4000;
        int[] prompt = [3, 1, 4, 1, 5];
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        float[] expected = [.. _model.Logits(_model.Hidden(tensor(prompt.Select(id => (long)id).ToArray(), [1, prompt.Length]))).softmax(-1).data<float>()];
        expected = expected[^_model.Config.VocabularySize..];
        using RolloutEngine engine = new(_model, new SamplingOptions { MaxNewTokens = 1, Temperature = 1 }, 7);
        int[] seen = new int[expected.Length];
        engine.Run([RolloutRequest.Of(prompt, count)], "test", (_, _, rollout) => seen[rollout.Tokens.Length == 0 ? SymbolTable.End : rollout.Tokens[0]]++,
            default);
        for (int token = 0; token < seen.Length; token++)
        {
            // Five standard deviations.
            Assert.Equal(expected[token], seen[token] / (double)count, 5 * Math.Sqrt(expected[token] * (1 - expected[token]) / count));
        }
    }

    [Fact]
    public void Store_OfAnotherKind_IsRefusedAndStays()
    {
        string path = _folder.At("problems.jsonl");
        Palimpsest.Common.AtomicFile.WriteText(path, "{}");
        Assert.Contains("is no store", Assert.Throws<PalimpsestException>(() => new RolloutStore(path)).Message, StringComparison.Ordinal);
        Assert.Equal("{}", File.ReadAllText(path));
    }

    [Fact]
    public void Store_AfterAKill_GivesBackWhatWasWhole()
    {
        string path = _folder.At("rollouts.bin");
        RolloutRequest[] requests = [RolloutRequest.Of([1, 2, 3], 6), RolloutRequest.Of([4, 4], 6)];
        Rollout[][] first;
        using (RolloutStore store = new(path))
        {
            first = Sample(requests, 4, store, sampled: 12);
            Assert.Contains("cannot be opened", Assert.Throws<PalimpsestException>(() => new RolloutStore(path)).Message, StringComparison.Ordinal);
        }

        byte[] bytes = File.ReadAllBytes(path);
        Write(bytes[..^3]); // the last record was not written to its end
        using (RolloutStore store = new(path))
        {
            Assert.Equal(11, store.Count);
            AssertSame(first[0], Sample(requests, 4, store, sampled: 1)[0]);
            Assert.Equal(12, store.Count);
        }

        foreach (int cut in (int[])[0, 3, 8, 12])
        {
            Write(bytes[..cut]); // or not even the first
            using RolloutStore begun = new(path);
            Assert.Equal(0, begun.Count);
        }

        bytes[^1] ^= 1;
        Write(bytes);
        using RolloutStore damaged = new(path);
        Assert.Equal(11, damaged.Count);

        // Other weights are another model.
        using (IDisposable noGrad = no_grad())
        {
            _model.Parameters.Flat!.Values.neg_();
        }

        Sample(requests, 4, damaged, sampled: 12);

        void Write(byte[] content) => Palimpsest.Common.AtomicFile.Write(path, stream => stream.Write(content));
    }

    [Fact]
    public void Run_ToldToStop_KeepsWhatEnded()
    {
        using CancellationTokenSource stop = new();
        int given = 0;
        using RolloutEngine engine = new(_model, new SamplingOptions { MaxNewTokens = 30, Temperature = 1 }, 7, places: 2);
        Assert.False(engine.Run([RolloutRequest.Of([1], 50)], "test", (_, _, _) =>
        {
            if (++given == 5)
            {
                stop.Cancel();
            }
        }, stop.Token));
        Assert.InRange(given, 5, 6);
        Assert.Contains("from 1 to", Assert.Throws<PalimpsestException>(() =>
            engine.Run([RolloutRequest.Of([.. Enumerable.Repeat(1, 64)], 1)], "test", (_, _, _) => { }, default)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12a34a", 3, 6)]
    [InlineData("12aa34", 4, 6)] // an empty line belongs to the step before it
    [InlineData("a12a", 4)] // one in front to the first
    [InlineData("1234", 4)]
    [InlineData("aa", 2)]
    [InlineData("")]
    public void Cut_AtLineEnds_GivesLiteralPrefixes(string solution, params int[] ends)
    {
        int[] ids = [.. solution.Select(symbol => symbol == 'a' ? LineEnd : symbol - '0')];
        Assert.Equal(ends, new StepBoundaries(new HashSet<int> { LineEnd }).Cut(ids));
    }

    private Rollout[][] Sample(RolloutRequest[] requests, int places, RolloutStore? store = null, int sampled = -1)
    {
        using RolloutEngine engine = new(_model, new SamplingOptions { MaxNewTokens = 24, Temperature = 1.3, TopP = 0.95 }, 7, store, places: places);
        Rollout[][] made = engine.All(requests, "test", default)!;
        Assert.True(sampled < 0 || engine.Sampled == sampled, $"{engine.Sampled} were sampled.");
        return made;
    }

    private static void AssertSame(Rollout[] expected, Rollout[] actual)
    {
        Assert.Equal(expected.Select(own => own.End), actual.Select(own => own.End));
        Assert.Equal(expected.Select(own => own.Tokens), actual.Select(own => own.Tokens));
    }

    private static CausalModel Tiny()
    {
        LlamaConfig config = new()
        {
            VocabularySize = 16,
            HiddenSize = 32,
            IntermediateSize = 64,
            Layers = 2,
            Heads = 2,
            KeyValueHeads = 2,
            HeadWidth = 16,
            ContextLength = 64,
            TiedEmbeddings = true,
            EndTokens = [SymbolTable.End],
            InitializerRange = 0.3, // far enough from even that tokens differ
        };
        return CausalModel.Create(config, TestContexts.F32(), new RandomStream(11));
    }
}
