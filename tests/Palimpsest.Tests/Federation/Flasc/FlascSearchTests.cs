using Palimpsest.Federation.Flasc;

namespace Palimpsest.Tests.Federation.Flasc;

/// <summary>A landscape that is known: rank saturates at 4, density at 1/4, and bytes are rank times density.</summary>
public sealed class FlascSearchTests
{
    private static readonly int[] s_ranks = [1, 4, 16, 64];
    private static readonly double[] s_densities = [1.0 / 64, 1.0 / 16, 0.25, 1];

    [Fact]
    public void Run_OnASaturatingLandscape_StopsWhereNothingIsGained()
    {
        List<FlascPoint> run = [];
        FlascSearchResult result = new FlascSearch(s_ranks, s_densities).Run(point =>
        {
            run.Add(point);
            return Landscape(point);
        });
        Assert.Equal(new FlascPoint(4, 0.25), result.Chosen);
        Assert.Equal(Landscape(result.Chosen), result.Trial);
        Assert.Equal(run, result.Trials.Select(trial => trial.Key));
        Assert.Equal(run.Count, run.Distinct().Count());
        Assert.True(run.Count <= 1 + (2 * (s_ranks.Length + s_densities.Length - 2)));
    }

    [Fact]
    public void Run_TwoStepsThatGainAlike_TakesTheOneOfFewerBytes()
    {
        FlascSearchResult result = new FlascSearch([1, 2], [0.5, 1]) { LeastGain = 0.4 }.Run(point => (point.Rank, point.Density) switch
        {
            (1, 0.5) => new FlascTrial(0, 100),
            (2, 0.5) => new FlascTrial(0.5, 300),
            (1, 1) => new FlascTrial(0.5, 200),
            _ => new FlascTrial(0.6, 600), // gains less than is asked for
        });
        Assert.Equal(new FlascPoint(1, 1), result.Chosen);
        Assert.Equal(4, result.Trials.Count);
    }

    [Fact]
    public void Run_BytesThatAreSpent_EndTheSearch()
    {
        long limit = Landscape(new FlascPoint(4, 1.0 / 64)).Bytes;
        FlascSearchResult result = new FlascSearch(s_ranks, s_densities) { MostBytes = limit }.Run(Landscape);
        Assert.True(result.Trial.Bytes <= limit);
        Assert.NotEqual(new FlascPoint(1, 1.0 / 64), result.Chosen);
        Assert.Throws<ArgumentException>(() => new FlascSearch([4, 1], s_densities).Run(Landscape));
        Assert.Throws<ArgumentException>(() => new FlascSearch([], s_densities).Run(Landscape));
    }

    private static FlascTrial Landscape(FlascPoint point) =>
        new(Math.Log(Math.Min(point.Rank, 4)) + Math.Log(Math.Min(point.Density, 0.25)), (long)(point.Rank * point.Density * 6400));
}
