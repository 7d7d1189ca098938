using System.Globalization;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Fuzzing;

/// <summary>A format to fuzz: valid inputs to start from and what reads them.</summary>
/// <param name="Name">What the command calls it.</param>
/// <param name="Seeds">Small valid inputs; their reader accepts every one.</param>
/// <param name="Mutate">A damaged form of a seed.</param>
/// <param name="Read">Opens an input and uses it as the toolkit does.</param>
internal sealed record FuzzFormat(string Name, IReadOnlyList<byte[]> Seeds, Func<byte[], Mutator, byte[]> Mutate, Action<byte[]> Read)
{
    /// <summary>Bytes that one input may allocate in total, before 64 for each of its own bytes.</summary>
    /// <value>The default is 64 MiB.</value>
    public long Bound { get; init; } = 64 << 20;

    /// <summary>Time that one input may take.</summary>
    /// <value>The default is 5 seconds.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether a run over all formats takes this one with a hundredth of the inputs.</summary>
    public bool Slow { get; init; }

    /// <summary>The input of a number, always the same.</summary>
    public byte[] Input(int seed, int index)
    {
        Mutator mutator = new(new RandomStream(seed, Name, index.ToString(CultureInfo.InvariantCulture)));
        return Mutate(Seeds[mutator.Below(Seeds.Count)], mutator);
    }
}
