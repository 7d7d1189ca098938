using System.Runtime.CompilerServices;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;

namespace Palimpsest.Federation.Rounds;

/// <summary>The frames that a round sends to clients. Clients that get the same get the same frame, which is written once.</summary>
/// <param name="round">The round.</param>
/// <param name="variates">The server's other vectors, which go down whole. [count] each</param>
/// <param name="options">How they are written.</param>
internal sealed class RoundDownload(ServerRound round, IReadOnlyList<float[]> variates, FrameOptions options)
{
    private readonly Lazy<byte[]> _whole = new(() => Encode(round.Weights.Span, Support.All, options, round.Random.Child("download")));
    private readonly Lazy<byte[][]> _variates = new(() =>
        [.. variates.Select((vector, i) => Encode(vector, Support.All, options, round.Random.Child("download", $"variate {i}")))]);

    // By the object: a frame lives as long as its mask, so that masks of single clients leave nothing behind.
    private readonly ConditionalWeakTable<BitMask, byte[]> _known = [];
    private readonly ConditionalWeakTable<BitMask, byte[]> _written = [];

    /// <summary>The frames for a client: the weights and each variate.</summary>
    public IReadOnlyList<byte[]> For(Support support) => [Weights(support), .. _variates.Value];

    private byte[] Weights(Support support) => support.Mask is null
        ? _whole.Value
        : (support.Known ? _known : _written).GetValue(support.Mask, _ => Encode(round.Weights.Span, support, options, round.Random.Child("download")));

    /// <summary>One frame.</summary>
    public static byte[] Encode(ReadOnlySpan<float> values, Support support, FrameOptions options, RandomStream random) =>
        VectorFrame.Encode(values, support.Mask, support is { Known: true, Mask: not null }, options, random);
}
