using Palimpsest.Federation.Rounds;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Federation;

/// <summary>An adapter of rank 2 and a head, in 12 numbers: A at 0 to 5 [2, 3], B at 6 to 9 [2, 2], the head at 10 and 11.</summary>
internal static class TinyAdapter
{
    public static ParameterLayout Layout { get; } = new([("q.lora_A.weight", [2, 3]), ("q.lora_B.weight", [2, 2]), ("score.weight", [2])]);

    /// <summary>A round of some weights.</summary>
    public static ServerRound Round(int number, float[] weights, params int[] clients) => new(number, 100, Layout, weights, clients, new RandomStream(1));

    /// <summary>A round that has begun.</summary>
    public static ServerRound Begun(FederatedAlgorithm algorithm, int number, float[] weights, params int[] clients)
    {
        ServerRound round = Round(number, weights, clients);
        algorithm.BeginRound(round);
        return round;
    }

    /// <summary>An algorithm that is ready for its first round.</summary>
    public static T Prepared<T>(T algorithm)
        where T : FederatedAlgorithm
    {
        algorithm.Prepare(Layout);
        return algorithm;
    }

    /// <summary>The numbers of the bits that are on; all of them for no mask.</summary>
    public static int[] On(BitMask? mask) => [.. Enumerable.Range(0, (int)Layout.Count).Where(i => mask is null || mask[i])];

    /// <summary>Clients whose loss is half the squared distance to a point of their own.</summary>
    public static ExactClients Points(float[] first) => new(Layout, (client, p) => [.. p.Select((value, i) => value - Math.Sin((client * 12) + i))])
    {
        First = first,
    };
}
