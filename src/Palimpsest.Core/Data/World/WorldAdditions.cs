using Palimpsest.Numerics;

namespace Palimpsest.Data.Worlds;

/// <summary>What has been added beside the first version of the world: <see cref="Biographies"/>, <see cref="TopicStream"/> and <see cref="FactPassages"/>.</summary>
/// <remarks>Version 1 stays as it is, to the byte; the additions have a version and a hash of their own, and draw from streams that nothing of version 1 draws from.</remarks>
public static class WorldAdditions
{
    /// <summary>The version of the additions. A change of what they give is a new version.</summary>
    public const int Version = 2;

    /// <summary>What a run writes down as the source of such data.</summary>
    public const string Name = "world-v2";

    internal static RandomStream Stream(long seed, params ReadOnlySpan<string> path) => new RandomStream(seed, "world", "v2").Child(path);
}
