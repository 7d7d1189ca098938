namespace Palimpsest.Tests.Fuzzing;

/// <summary>Damaged inputs of every format: each is accepted or refused with a <see cref="PalimpsestException"/>, in time and within its memory.</summary>
/// <remarks>The same inputs each time; <c>Palimpsest.Benchmarks fuzz</c> runs as many as wanted, and one again.</remarks>
public sealed class FuzzTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public static TheoryData<string> Names { get; } = [.. Formats()];

    public void Dispose() => _scratch.Dispose();

    [Theory, MemberData(nameof(Names))]
    public void Read_DamagedInputs_WorkOrAreRefused(string name)
    {
        FuzzFormat format = FuzzFormats.All(_scratch).Single(format => format.Name == name) with { Patience = TimeSpan.FromSeconds(60) };
        FuzzTally tally = new Fuzzer(format, seed: 1).Run(0, 300);
        Assert.True(tally.Findings.Count == 0, string.Join('\n', tally.Findings));
        Assert.True(tally.Accepted > 0 && tally.Refused > 0, tally.ToString());
    }

    [Theory, MemberData(nameof(Names))]
    public void Read_SeedsThemselves_AreAccepted(string name)
    {
        FuzzFormat format = FuzzFormats.All(_scratch).Single(format => format.Name == name);
        Assert.All(format.Seeds, seed => format.Read(seed));
    }

    [Fact]
    public void Run_ReaderThatBreaksTheRule_IsFound()
    {
        FuzzFormat broken = new("broken", [[1], [2], [3]], (seed, _) => seed, input => throw (input[0] == 1 ? new PalimpsestException("no") : new InvalidOperationException("broken")));
        FuzzTally tally = new Fuzzer(broken, seed: 1).Run(0, 20);
        Assert.Equal((0, 20), (tally.Accepted, tally.Count));
        Assert.NotEqual(0, tally.Refused);
        Assert.All(tally.Findings, finding => Assert.NotEqual(1, broken.Input(1, finding.Index)[0]));
        Assert.Contains("InvalidOperationException: broken", tally.Findings[0].ToString(), StringComparison.Ordinal);

        FuzzFormat hungry = new("hungry", [[1]], (seed, _) => seed, _ => GC.KeepAlive(new byte[2 << 20])) { Bound = 1 << 20 };
        Assert.Contains("the bound is 1 MB", Assert.Single(new Fuzzer(hungry, seed: 1).Run(0, 1).Findings).What, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Formats()
    {
        using Scratch scratch = new();

        // Those that are slow have tests of their own.
        return [.. FuzzFormats.All(scratch).Where(format => !format.Slow).Select(format => format.Name)];
    }
}
