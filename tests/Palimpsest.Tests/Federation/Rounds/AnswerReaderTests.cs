using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;

namespace Palimpsest.Tests.Federation.Rounds;

/// <summary>What a client could send over a wire.</summary>
public sealed class AnswerReaderTests
{
    private static readonly LocalResult s_result = new(3, 2, 10, 0.5);

    [Fact]
    public void Read_FramesThatAreNoAnswer_AreRefusedWithAReason()
    {
        float[] update = [1, 2, 3, 4];
        byte[] frame = VectorFrame.Encode(update, null, sharedMask: false, new FrameOptions());
        float[] contribution = new float[4];
        AnswerReader reader = new(Federations.Parts(), 4);
        ServerRound round = new(0, 1, new ParameterLayout([("w", [4])]), new float[4], [0], new RandomStream(1));
        Assert.Null(Read(frame));
        Assert.Equal(update, contribution);
        Assert.Contains("0 vectors where 1", Read(), StringComparison.Ordinal);
        Assert.Contains("2 vectors where 1", Read(frame, frame), StringComparison.Ordinal);
        Assert.Contains("3 entries where 4", Read(VectorFrame.Encode([1, 2, 3], null, sharedMask: false, new FrameOptions())), StringComparison.Ordinal);
        Assert.Contains("NaN or infinity", Read(VectorFrame.Encode([1, 2, float.PositiveInfinity, 4], null, sharedMask: false, new FrameOptions())),
            StringComparison.Ordinal);
        for (int length = 0; length < frame.Length; length++)
        {
            Assert.NotNull(Read(frame[..length]));
        }

        string? Read(params byte[][] frames) => reader.Read(round, 0, frames, null, s_result, contribution, out _);
    }

    [Fact]
    public void Take_AnAnswerTwiceOrFromAStranger_CountsOnce()
    {
        MeanAggregator aggregator = new(10, 10);
        IAggregation aggregation = aggregator.Begin(2, new RandomStream(1));
        RoundInbox inbox = new(aggregation, new VectorPool(2), client => $"client {client}");
        Assert.True(inbox.Take(Answer(4, 1)));
        Assert.False(inbox.Take(Answer(4, 100)));
        Assert.False(inbox.Take(Answer(77, 100)));
        Assert.True(inbox.Take(Answer(5, 3)));
        float[] average = new float[2];
        Assert.True(aggregation.Finish(average));
        Assert.Equal([2, 2], average);
        Assert.Equal((2, 2), (inbox.Answered, inbox.Refusals.Count));
        Assert.All(inbox.Refusals, refusal => Assert.Contains("has answered before", refusal.Reason, StringComparison.Ordinal));

        static ClientAnswer Answer(int client, float value) =>
            new(client, ClientOutcome.Answered, default) { Contribution = [value, value], Weight = 1, Result = s_result };
    }

    [Fact]
    public void Draw_WithoutReplacement_IsUniform()
    {
        int[] counts = new int[12];
        RandomStream random = new(3);
        for (int i = 0; i < 6000; i++)
        {
            IReadOnlyList<int> drawn = MeanAggregator.Draw(12, 5, random);
            Assert.Equal(5, drawn.Distinct().Count());
            Assert.Equal(drawn.Order(), drawn);
            foreach (int client in drawn)
            {
                counts[client]++;
            }
        }

        Assert.All(counts, count => Assert.InRange(count, 2350, 2650)); // 2500 ± 4 deviations of 38
    }
}
