using Palimpsest.Common;
using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;
using Palimpsest.Training;
using static Palimpsest.Tests.Federation.Rounds.Federations;

namespace Palimpsest.Tests.Federation.Rounds;

public sealed class FederatedTrainingTests
{
    /// <summary>FedAvg written out, without frames, workers or pools.</summary>
    [Fact]
    public void Run_Dense_EqualsThePlainLoop()
    {
        (float[] weights, List<RoundProgress> rounds) = Run(Parts(Options with { ByExamples = true }));
        float[] expected = new float[Count];
        float[] end = new float[Count];
        using QuadraticModel model = new(Count);
        model.ReadStart(expected);
        Heavy optimizer = new(Count);
        for (int round = 0; round < Options.Rounds; round++)
        {
            RandomStream random = new RandomStream(5, "federation").Child("round", $"{round}");
            double[] sum = new double[Count];
            double total = 0, loss = 0;
            foreach (int client in MeanAggregator.Draw(20, Options.Cohort, random.Child("aggregator")))
            {
                RandomStream own = random.Child("client", $"{client}").Child("train");
                LocalResult result = model.Train(client, expected, new LocalTraining { Options = Options.Local, Random = own }, end);
                total += result.Examples;
                loss += result.Loss;
                for (int i = 0; i < Count; i++)
                {
                    sum[i] += (double)result.Examples * (end[i] - expected[i]);
                }
            }

            optimizer.Step(expected, [.. sum.Select(value => (float)(value / total))]);
            Assert.Equal(loss / Options.Cohort, rounds[round].Loss);
        }

        Assert.Equal(expected, weights);
        Assert.Equal(Enumerable.Range(1, Options.Rounds), rounds.Select(round => round.Round));
        Assert.All(rounds, round => Assert.Equal((7, 7, 0, 0), (round.Asked, round.Answered, round.Dropped, round.Empty)));
    }

    /// <summary>Each client's own loop: what a third of the update and four bits a value leave out comes with the next one.</summary>
    [Fact]
    public void Run_ErrorFeedback_SendsLaterWhatWasLeftOut()
    {
        using TemporaryFolder folder = new();
        FederationOptions options = Options with { ErrorFeedback = true, Upload = new FrameOptions { Values = ValueCodec.Int4 } };
        (float[] weights, _) = Run(Parts(options, new Third(), folder.Path));
        (float[] forgotten, _) = Run(Parts(options with { ErrorFeedback = false }, new Third()));
        float[] expected = new float[Count], end = new float[Count], sent = new float[Count];
        float[][] left = [.. Enumerable.Range(0, 20).Select(_ => new float[Count])];
        using QuadraticModel model = new(Count);
        model.ReadStart(expected);
        Heavy optimizer = new(Count);
        for (int round = 0; round < Options.Rounds; round++)
        {
            RandomStream random = new RandomStream(5, "federation").Child("round", $"{round}");
            double[] sum = new double[Count];
            foreach (int client in MeanAggregator.Draw(20, Options.Cohort, random.Child("aggregator")))
            {
                RandomStream own = random.Child("client", $"{client}").Child("train");
                model.Train(client, expected, new LocalTraining { Options = Options.Local, Random = own }, end);
                for (int i = 0; i < Count; i++)
                {
                    left[client][i] += end[i] - expected[i];
                }

                VectorFrame.Decode(VectorFrame.Encode(left[client], TopK.Mask(left[client], Count / 3), false, options.Upload), sent);
                for (int i = 0; i < Count; i++)
                {
                    sum[i] += sent[i];
                    left[client][i] -= sent[i];
                }
            }

            optimizer.Step(expected, [.. sum.Select(value => (float)(value / Options.Cohort))]);
        }

        Assert.Equal(expected, weights);
        Assert.NotEqual(forgotten, weights);
        Assert.Contains("unsent", Assert.Throws<PalimpsestException>(() => Run(Parts(options))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Run_AnyNumberOfWorkers_HasTheSameBits(int workers)
    {
        using TemporaryFolder folder = new(), other = new();
        FederationOptions options = Options with
        {
            ErrorFeedback = true,
            Dropout = 0.1,
            Stragglers = 0.4,
            Upload = new FrameOptions { Values = ValueCodec.Int8, Rounding = FrameRounding.Stochastic },
            Download = new FrameOptions { Values = ValueCodec.Int4, Rounding = FrameRounding.Stochastic },
        };
        (float[] weights, List<RoundProgress> rounds) = Run(Parts(options, new Everything(), folder.Path));
        (float[] others, List<RoundProgress> same) = Run(Parts(options with { Workers = workers }, new Everything(), other.Path));
        Assert.Equal(weights, others);
        Assert.Equal(rounds.Select(Figures), same.Select(Figures));
        Assert.Contains(rounds, round => round.Dropped > 0);

        static object Figures(RoundProgress round) => (round.Asked, round.Answered, round.Dropped, round.Loss, round.UpdateNorm, round.Total);
    }

    /// <summary>Killed after each number of rounds and at each place of the next one; whatever a killed process has left of a round is there.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Run_ResumedAnywhere_EqualsAnUninterruptedOne(int every, bool feedback)
    {
        using TemporaryFolder whole = new();
        FederationOptions options = Options with { CheckpointEvery = every, Workers = 1, ErrorFeedback = feedback };
        using FederatedTraining uninterrupted = new(Parts(options, new Everything(), whole.Path));
        Assert.True(uninterrupted.Run());
        Dictionary<string, byte[]> files = Files(whole.Path);
        for (int clients = 0; clients < options.Rounds * options.Cohort; clients += 3)
        {
            using TemporaryFolder folder = new();
            int left = clients;
            FederationParts parts = Parts(options, new Everything(), folder.Path);
            FederationParts killed = parts with { Open = () => new QuadraticModel(Count) { Before = _ => Assert.True(left-- > 0) } };
            using (FederatedTraining first = new(killed))
            {
                Assert.Throws<InvalidOperationException>(() => first.Run());
            }

            // Of a later round that no checkpoint knows of, and of a write that was never finished.
            folder.Write("clients/client-00000001-00000099.safetensors", "no safetensors");
            folder.Write("clients/client-00000002-00000001.safetensors.77.tmp", "half a fi");
            using FederatedTraining second = new(parts with { Algorithm = new Everything() });
            Assert.Equal(clients >= every * options.Cohort, second.TryResume());
            Assert.Equal(clients / options.Cohort / every * every, second.Round);
            Assert.True(second.Run());
            Assert.Equal(uninterrupted.Weights, second.Weights);
            Assert.Equal(uninterrupted.Answers, second.Answers);
            Assert.Equal(uninterrupted.Traffic.Save(), second.Traffic.Save());
            Dictionary<string, byte[]> again = Files(folder.Path);
            Assert.Equal(files.Keys.Order(), again.Keys.Order());
            Assert.All(files.Where(file => file.Key.Contains("client", StringComparison.Ordinal)), file => Assert.Equal(file.Value, again[file.Key]));
        }

        Assert.Equal(uninterrupted.Answers.Count(count => count > 0), files.Count - 1);

        static Dictionary<string, byte[]> Files(string path) =>
            Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(path, file), File.ReadAllBytes);
    }

    [Fact]
    public void Run_Stopped_LeavesTheRoundOutAndResumes()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource stop = new();
        int left = 17;
        FederationParts parts = Parts(folder: folder.Path);
        using (FederatedTraining first = new(parts with
        {
            Open = () => new QuadraticModel(Count)
            {
                Before = _ =>
                {
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        stop.Cancel();
                    }
                }
            }
        }))
        {
            Assert.False(first.Run(stop: stop.Token));
            Assert.Equal(2, first.Round);
            Assert.Throws<InvalidOperationException>(() => first.Run());
        }

        Assert.Equal(Run(Parts()).Weights, Run(parts).Weights);
    }

    [Fact]
    public void TryResume_OtherSettings_AreRefusedByName()
    {
        using TemporaryFolder folder = new();
        FederationParts parts = Parts(folder: folder.Path);
        Run(parts);
        Refuses(parts with { Algorithm = new Everything() }, "another algorithm: \"dense\", where it is \"everything\" now");
        Refuses(parts with { Options = Options with { Rounds = 7 } }, "Rounds=7");
        Refuses(parts with { Random = new RandomStream(6) }, "another seed");
        Refuses(parts with { Aggregator = new MeanAggregator(20, 6) }, "another aggregator: \"mean of 7\"");
        Refuses(parts with { Optimizer = _ => new Heavy(Count) { Settings = "light" } }, "another server optimizer");
        Refuses(parts with { Clients = 21 }, "another number of clients");
        Refuses(parts with { Open = () => new QuadraticModel(Count + 1) }, "another model");
        using FederatedTraining same = new(parts with { Options = Options with { Workers = 1, CheckpointEvery = 3 } });
        Assert.Contains("Resume it", Assert.Throws<PalimpsestException>(() => same.Run()).Message, StringComparison.Ordinal);
        Assert.True(same.TryResume());
        string path = Directory.GetFiles(folder.Path).Single();
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^9] ^= 1;
        AtomicFile.Write(path, stream => stream.Write(bytes));
        Refuses(parts, "damaged");

        static void Refuses(FederationParts parts, string part)
        {
            using FederatedTraining other = new(parts);
            Assert.Contains(part, Assert.Throws<PalimpsestException>(() => other.TryResume()).Message, StringComparison.Ordinal);
        }
    }

    /// <summary>What cannot be an answer is refused by the client's name; the average is that of the others.</summary>
    [Fact]
    public void Run_BadAnswers_AreRefusedWithAReasonAndTheOthersCount()
    {
        FederationOptions options = Options with { Cohort = 8, Rounds = 1 };
        Func<int, LocalResult, LocalResult> says = (client, result) => client switch
        {
            1 => result with { Examples = -1 },
            2 => result with { Steps = 0 },
            4 => throw new DivergedException("The loss became NaN."),
            5 => result with { Examples = 0 },
            _ => result,
        };
        FederationParts parts = Parts(options, new Spoilt(), clients: 8) with { Open = () => new QuadraticModel(Count, _ => 2) { Says = says } };
        (float[] weights, List<RoundProgress> rounds) = Run(parts);
        RoundProgress round = rounds.Single();
        Assert.Equal((8, 2, 1, 5), (round.Asked, round.Answered, round.Empty, round.Refusals.Count));
        Assert.Equal(["client 0", "client 1", "client 2", "client 3", "client 4"], round.Refusals.Select(refusal => refusal.Name));
        Assert.Equal(["NaN", "-1 examples", "0 steps", "count NaN times", "became NaN"],
            new[] { "NaN", "-1 examples", "0 steps", "count NaN times", "became NaN" }.Where((part, i) =>
                round.Refusals[i].Reason.Contains(part, StringComparison.Ordinal)));

        RandomStream random = new RandomStream(5, "federation").Child("round", "0");
        using QuadraticModel model = new(Count, _ => 2);
        float[] start = new float[Count], sum = new float[Count], end = new float[Count];
        model.ReadStart(start);
        foreach (int client in (int[])[6, 7])
        {
            model.Train(client, start, new LocalTraining { Options = options.Local, Random = random.Child("client", $"{client}").Child("train") }, end);
            sum = [.. sum.Zip(end, (total, value) => total + value)];
        }

        Heavy optimizer = new(Count);
        optimizer.Step(start, [.. sum.Select((value, i) => (value / 2) - start[i])]);
        Assert.All(weights, (weight, i) => Assert.Equal(start[i], weight, 1e-5f));
    }

    [Fact]
    public void Run_MostExamples_BoundsWhatALyingClientCounts()
    {
        FederationOptions options = Options with { ByExamples = true, MostExamples = 4, Cohort = 20 };
        FederationParts lying = Parts(options) with
        {
            Open = () => new QuadraticModel(Count) { Says = (client, result) => client == 3 ? result with { Examples = 1 << 30 } : result },
        };
        Assert.Equal(Run(Parts(options)).Weights, Run(lying).Weights); // client 3 has four
    }

    [Fact]
    public void Run_NobodyAnswers_ChangesNothing()
    {
        FederationParts parts = Parts() with { Open = () => new QuadraticModel(Count, _ => 0) };
        (float[] weights, List<RoundProgress> rounds) = Run(parts);
        Assert.All(weights, weight => Assert.Equal(0.5f, weight));
        Assert.All(rounds, round => Assert.Equal((7, 0, 7, 0.0, 0L), (round.Asked, round.Answered, round.Empty, round.UpdateNorm, round.Upload.Bytes)));
        Assert.All(rounds, round => Assert.True(double.IsNaN(round.Loss)));
    }

    [Theory]
    [InlineData(StragglerRule.Partial)]
    [InlineData(StragglerRule.Drop)]
    public void Run_DropoutsAndStragglers_AreCountedAndHalfDone(StragglerRule late)
    {
        FederationOptions options = Options with { Cohort = 200, Dropout = 0.3, Stragglers = 0.5, Late = late, Rounds = 2 };
        FederationParts parts = Parts(options, clients: 200) with { Open = () => new QuadraticModel(Count, _ => 100) };
        (_, List<RoundProgress> rounds) = Run(parts);
        foreach (RoundProgress round in rounds)
        {
            Assert.Equal(200, round.Answered + round.Dropped);
            Assert.InRange(round.Answered, late == StragglerRule.Drop ? 40 : 110, late == StragglerRule.Drop ? 100 : 170);
            Assert.InRange(round.Steps / (double)round.Answered, late == StragglerRule.Drop ? 100 : 60, late == StragglerRule.Drop ? 100 : 90);
            Assert.Equal((200, round.Answered), (round.Download.Frames, (int)round.Upload.Frames));
        }
    }

    [Fact]
    public void Run_Bytes_EqualTheFormula()
    {
        using TemporaryFolder folder = new();
        FederationOptions options = Options with { Rounds = 1, Download = new FrameOptions { Values = ValueCodec.F16 }, Dropout = 0.3 };
        (_, List<RoundProgress> rounds) = Run(Parts(options));
        RoundProgress round = rounds.Single();
        Assert.Equal(7 * (VectorFrame.HeaderBytes + (2 * Count)), round.Download.Bytes);
        Assert.Equal(round.Answered * (VectorFrame.HeaderBytes + (4 * Count)), round.Upload.Bytes);
        Assert.Equal(round.Total, round.Download + round.Upload);

        // With a variate, an update of a third with a bitmap, and masks that are known to half of the clients.
        options = options with { Upload = new FrameOptions { Indices = IndexCodec.Bitmap }, Dropout = 0 };
        using FederatedTraining training = new(Parts(options, new Everything(), folder.Path));
        RoundProgress? last = null;
        Assert.True(training.Run(done => last = done));
        Assert.Equal(7 * ((2 * VectorFrame.HeaderBytes) + (4 * (Count / 3)) + ((Count + 7) / 8) + (4 * Count)), last!.Upload.Bytes);
        Assert.Equal(last.Total, training.Traffic.Training);
    }

    [Fact]
    public void Run_Variates_AreMeansOverAllClients()
    {
        Variate algorithm = new();
        using FederatedTraining training = new(Parts(algorithm: algorithm));
        Assert.True(training.Run());

        // Every answer adds one; what is kept of it by the server is the sum over the number of clients.
        Assert.Equal(Options.Rounds * Options.Cohort / 20.0, algorithm.Last + (Options.Cohort / 20.0), 5);
    }

    [Fact]
    public void Evaluate_MasksTheWeightsAndKeepsTheOrder()
    {
        using FederatedTraining training = new(Parts());
        BitMask mask = new(Count) { [3] = true };
        List<int> clients = [];
        int[] asked = [9, 2, 11, 4];
        Assert.True(training.Evaluate(asked, client => client == 11 ? mask : null, (client, score) =>
        {
            clients.Add(client);
            double loss = Enumerable.Range(0, Count).Sum(i => Math.Pow((client != 11 || i == 3 ? 0.5 : 0) - QuadraticModel.Target(client, i), 2));
            Assert.Equal(loss, score.Loss, 1e-9);
        }));
        Assert.Equal(asked, clients);
    }

    [Fact]
    public void Run_Evaluate_IsCalledWhenItIsDue()
    {
        List<int> called = [];
        using FederatedTraining training = new(Parts(Options with { EvaluateEvery = 4 }));
        Assert.True(training.Run(evaluate: called.Add));
        Assert.Equal([0, 4, 6], called);
    }

    /// <summary>Ten thousand clients in a round, each with 8 kB: 80 MB if anything of them were kept.</summary>
    [Fact]
    public void Run_TenThousandClients_KeepsMemoryFlat()
    {
        const int clients = 10_000, count = 2_000;
        long most = 0;
        int seen = 0;
        FederationParts parts = Parts(Options with { Cohort = clients, Rounds = 1 }, clients: clients) with
        {
            Open = () => new QuadraticModel(count, _ => 1)
            {
                Before = _ =>
                {
                    if (Interlocked.Increment(ref seen) % 1000 == 0)
                    {
                        most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true));
                    }
                },
            },
            Optimizer = layout => new Heavy((int)layout.Count),
        };
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using FederatedTraining training = new(parts);
        Assert.True(training.Run());
        Assert.Equal(clients, seen);
        Assert.True(most - before < 20 << 20, $"{most - before:N0} bytes more"); // fewer where what other tests have left was collected meanwhile
        Assert.All(training.Answers, count => Assert.Equal(1, count));
    }

    [Fact]
    public void New_SettingsThatDoNotGoTogether_AreRefused()
    {
        Assert.Contains("name a folder", Refusal(Parts(algorithm: new Everything())), StringComparison.Ordinal);
        Assert.Contains("Rounds must be at least 1", Refusal(Parts(Options with { Rounds = 0 })), StringComparison.Ordinal);
        Assert.Contains("Most_examples belongs", Refusal(Parts(Options with { MostExamples = 3 })), StringComparison.Ordinal);
        Assert.Contains("cohort is 21", Assert.Throws<PalimpsestException>(() => new MeanAggregator(20, 21)).Message, StringComparison.Ordinal);
        Assert.Equal("no file.", Refusal(Parts() with { Open = () => throw new PalimpsestException("no file.") }));

        static string Refusal(FederationParts parts) => Assert.Throws<PalimpsestException>(() => new FederatedTraining(parts)).Message;
    }

    private sealed class Third : Dense
    {
        public override Support Upload(ServerRound round, int client, ReadOnlySpan<float> update) => new(TopK.Mask(update, update.Length / 3));
    }

    private sealed class Spoilt : Dense
    {
        public override void Train(ClientWork work)
        {
            base.Train(work);
            if (work.Client == 0)
            {
                work.End[5] = float.NaN;
            }
        }

        public override double Weight(ServerRound round, int client, LocalResult result, ReadOnlySpan<float> update) => client == 3 ? double.NaN : 1;
    }

    private sealed class Variate : Dense
    {
        public override IReadOnlyList<string> Variates => ["ones"];

        public float Last { get; private set; }

        public override void Train(ClientWork work)
        {
            base.Train(work);
            work.Change("ones").Fill(1);
            Last = work.Variate("ones")[0];
        }
    }
}
