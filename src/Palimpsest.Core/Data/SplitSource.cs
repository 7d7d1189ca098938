using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Palimpsest.Data;

/// <summary>One side of a source that is split by a hash of its texts: the same text always falls on the same side, so a duplicate never leaks from training into evaluation.</summary>
/// <param name="source">The whole.</param>
/// <param name="heldOutShare">Share of the held-out side, in (0, 1).</param>
/// <param name="heldOut">Which side this is.</param>
public sealed class SplitSource(IExampleSource source, double heldOutShare, bool heldOut) : IExampleSource
{
    /// <inheritdoc/>
    public string Name => source.Name;

    /// <inheritdoc/>
    public IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut = null) =>
        source.From(position, leftOut).Where(item => IsHeldOut(item.Example) == heldOut);

    /// <inheritdoc/>
    public TextExample At(long position) => source.At(position);

    // Answers to one prompt stay together: those that were learnt would tell which of the held-out ones is preferred.
    private static string TextOf(TextExample example) => $"{example.Prompt.Length}:{example.Prompt}{(example.Preference is null ? example.Completion : "")}";

    private bool IsHeldOut(TextExample example)
    {
        ulong hash = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(TextOf(example))));
        return (hash >> 11) * (1.0 / (1UL << 53)) < heldOutShare;
    }
}
