using Palimpsest.Federation.Algorithms;
using Palimpsest.Federation.Flasc;
using Palimpsest.Federation.Rounds;
using Palimpsest.Federation.Rounds.ServerOptimizers;
using Palimpsest.Numerics.Frames;
using static Palimpsest.Tests.Federation.TinyAdapter;

namespace Palimpsest.Tests.Federation.Flasc;

public sealed class FfaLoraTests
{
    private static readonly float[] s_first = [.. Enumerable.Range(0, 12).Select(i => (float)Math.Cos(i))];

    /// <summary>Decay of all weights, a pull and a server that steps by signs: still no A moves, is sent, or is decayed.</summary>
    [Fact]
    public void Rounds_WhateverHappens_LeaveAAloneAndSendTheRest()
    {
        List<ExactClients> opened = [];
        IServerOptimizer server = ServerOptimizerRegistry.Create(new ServerAdamWOptions { LearningRate = 0.1 }, 6);
        FederatedAlgorithm ffa = FederatedAlgorithmRegistry.Create(new FfaLoraOptions { Proximal = 0.5 });
        RoundProgress? last = null;
        using (FederatedTraining training = new ScriptedAggregator([[0, 1], [1, 2]]).Federation(3, ffa, server, Open, Local))
        {
            Assert.True(training.Run(progress => last = progress));
            Assert.Equal(["q.lora_B.weight", "score.weight"], training.Layout.Slots.Select(slot => slot.Name));
            Assert.Equal(6, training.Weights.Length);
            Assert.All(training.Weights.ToArray().Zip(s_first[6..]), pair => Assert.NotEqual(pair.Second, pair.First));
        }

        Assert.Equal(2 * (VectorFrame.HeaderBytes + (4 * 6)), last!.Upload.Bytes);
        Assert.Equal(last.Upload.Bytes, last.Download.Bytes);
        ExactClients clients = Assert.Single(opened);
        Assert.All(clients.Ends, end => Assert.Equal(s_first[..6], end[..6]));
        Assert.Equal(4, clients.Ends.Count);

        ExactClients Open()
        {
            opened.Add(Points(s_first));
            return opened[^1];
        }
    }

    /// <summary>A part of a model trains as the whole with the rest held fast, edits included.</summary>
    [Fact]
    public void Train_AtTheModel_EqualsTheWholeWithTheRestMasked()
    {
        FederatedAlgorithm ffa = FederatedAlgorithmRegistry.Create(new FfaLoraOptions());
        using ExactClients whole = Points(s_first);
        using IClientModel part = PartialClientModel.Of(Points(s_first), ffa.Trains);
        float[] start = new float[6], end = new float[6], expected = new float[12], away = [.. Enumerable.Range(0, 6).Select(i => i / 3f)];
        part.ReadStart(start);
        Assert.Equal(s_first[6..], start);
        LocalTraining training = new() { Options = Local, Random = new Numerics.RandomStream(1) };
        part.Train(1, start, training with { Edits = [new ProximalEdit(0.7, away)] }, end);
        LocalTraining masked = training with { Edits = [new ProximalEdit(0.7, [.. new float[6], .. away])], Trained = CoordinateMasks.Of(Layout, ffa.Trains) };
        whole.Train(1, s_first, masked, expected);
        Assert.Equal(expected[6..], end);
        Assert.Equal([.. s_first[..6], .. end], ((PartialClientModel)part).Whole(end).ToArray());
        Assert.Same(whole, PartialClientModel.Of(whole, _ => true));
        Assert.Throws<PalimpsestException>(() => PartialClientModel.Of(whole, _ => false));
    }

    private static LocalOptions Local { get; } = new() { Epochs = 3, LearningRate = 0.1 };
}
