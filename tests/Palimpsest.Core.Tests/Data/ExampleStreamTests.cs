using System.Globalization;
using System.Text.Json;
using CsCheck;
using Palimpsest.Data;
using Palimpsest.Data.Files;
using Palimpsest.Data.Worlds;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Data;

public sealed class ExampleStreamTests
{
    [Fact]
    public void Next_EveryPass_ReturnsEveryExampleOnce() =>
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 40], Gen.Long).Sample((size, buffer, seed) =>
        {
            using ExampleStream stream = new(Numbers(size), new RandomStream(seed), buffer);
            for (int epoch = 0; epoch < 3; epoch++)
            {
                Assert.Equal(Enumerable.Range(0, size).Select(Text).Order(), Take(stream, size).Order());
                Assert.Equal(epoch, stream.Epoch);
            }
        });

    [Fact]
    public void Restore_AtAnyMoment_ContinuesExactly() =>
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 40], Gen.Long, Gen.Int[0, 100]).Sample((size, buffer, seed, moment) =>
        {
            using ExampleStream stream = new(Numbers(size), new RandomStream(seed), buffer);
            Take(stream, moment);
            ExampleCursor cursor = ThroughJson(stream.Cursor);
            string[] expected = Take(stream, 70);

            using ExampleStream restored = new(Numbers(size), new RandomStream(seed), buffer);
            restored.Restore(cursor);
            Assert.Equal(expected, Take(restored, 70));
            Assert.Equal(JsonSerializer.Serialize(stream.Cursor), JsonSerializer.Serialize(restored.Cursor));

            // A stream that has been used already forgets what it held.
            restored.Restore(cursor);
            Assert.Equal(expected, Take(restored, 70));
        });

    [Fact]
    public void Restore_OverAFileWithBadLines_ContinuesAndCountsOnce()
    {
        string lines = string.Concat(Enumerable.Range(0, 40).Select(i => i % 5 == 0 ? "{bad\n" : $"{{\"text\": \"{i}\"}}\n"));
        using TemporaryFile file = new(lines);
        foreach (int buffer in (int[])[1, 7, 100])
        {
            for (int moment = 0; moment < 100; moment += 3)
            {
                using ExampleStream stream = new(new JsonlSource(file.Path, skipBad: true), new RandomStream(3), buffer);
                Take(stream, moment);
                ExampleCursor cursor = ThroughJson(stream.Cursor);
                string[] expected = Take(stream, 100);
                Assert.Equal(8, stream.Skipped);

                using ExampleStream restored = new(new JsonlSource(file.Path, skipBad: true), new RandomStream(3), buffer);
                restored.Restore(cursor);
                Assert.Equal(expected, Take(restored, 100));
                Assert.Equal(8, restored.Skipped);
            }
        }
    }

    [Fact]
    public void Mixture_Restored_ContinuesExactly() =>
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 40], Gen.Long, Gen.Int[0, 60]).Sample((size, buffer, seed, moment) =>
        {
            using MixedStream stream = Mixture(size, buffer, seed);
            Take(stream, moment);
            ExampleCursor cursor = ThroughJson(stream.Cursor);
            string[] expected = Take(stream, 40);
            using MixedStream restored = Mixture(size, buffer, seed);
            restored.Restore(cursor);
            Assert.Equal(expected, Take(restored, 40));
        });

    [Fact]
    public void Mixture_Weights_AreKept()
    {
        using MixedStream stream = new(
            new ExampleStream(new ListSource("a", [new("", "a")]), new RandomStream(1, "a")), 3, new ExampleStream(new ListSource("b", [new("", "b")]), new RandomStream(1, "b")), 7, new RandomStream(1));
        Assert.InRange(Take(stream, 10_000).Count(text => text == "a"), 2_850, 3_150);
    }

    [Fact]
    public void Next_BufferOfOne_KeepsTheOrder()
    {
        using ExampleStream stream = new(new WorldSource(World.V1), new RandomStream(1), buffer: 1);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => World.V1.General(i).Completion), Take(stream, 50));
        Assert.Equal([50L], stream.Cursor.Buffer);
        Assert.Equal(51, stream.Cursor.NextPosition!.Value);
    }

    [Fact]
    public void Next_BufferAsLargeAsTheData_Shuffles()
    {
        using ExampleStream stream = new(Numbers(100), new RandomStream(1), buffer: 100);
        string[] first = Take(stream, 100);
        Assert.NotEqual(Enumerable.Range(0, 100).Select(Text), first);
        Assert.NotEqual(first, Take(stream, 100));
    }

    [Fact]
    public void Next_NoData_Throws()
    {
        using ExampleStream stream = new(Numbers(0), new RandomStream(1));
        Assert.Contains("there is no example in it", Assert.Throws<PalimpsestException>(() => stream.Next()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Restore_OtherSettingsOrData_Throws()
    {
        using ExampleStream stream = new(Numbers(20), new RandomStream(1), buffer: 10);
        Take(stream, 3);
        ExampleCursor cursor = stream.Cursor;
        using ExampleStream smaller = new(Numbers(20), new RandomStream(1), buffer: 5);
        Assert.Throws<PalimpsestException>(() => smaller.Restore(cursor));
        using ExampleStream shorter = new(Numbers(5), new RandomStream(1), buffer: 10);
        Assert.Throws<PalimpsestException>(() => shorter.Restore(cursor));
        using ExampleStream truncated = new(Numbers(13), new RandomStream(1), buffer: 10);
        truncated.Restore(cursor);
        Assert.Throws<PalimpsestException>(() => truncated.Next());
        using MixedStream mixed = Mixture(3, 3, 1);
        Assert.Throws<PalimpsestException>(() => mixed.Restore(cursor));
        Assert.Throws<PalimpsestException>(() => stream.Restore(mixed.Cursor));
    }

    private static MixedStream Mixture(int size, int buffer, long seed)
    {
        RandomStream random = new(seed, "mixture");
        return new(new ExampleStream(Numbers(size), random.Child("owner"), buffer), 1, new ExampleStream(new WorldSource(World.V1), random.Child("general"), buffer: 1), 1, random.Child("mix"));
    }

    private static ListSource Numbers(int count) => new("numbers", [.. Enumerable.Range(0, count).Select(i => new TextExample("", Text(i)))]);

    private static string Text(int i) => i.ToString(CultureInfo.InvariantCulture);

    private static string[] Take(IExampleStream stream, int count)
    {
        string[] texts = new string[count];
        for (int i = 0; i < count; i++)
        {
            texts[i] = stream.Next().Completion;
        }

        return texts;
    }

    private static ExampleCursor ThroughJson(ExampleCursor cursor) => JsonSerializer.Deserialize<ExampleCursor>(JsonSerializer.Serialize(cursor))!;
}
