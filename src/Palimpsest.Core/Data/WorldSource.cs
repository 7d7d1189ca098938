using Palimpsest.Data.Worlds;

namespace Palimpsest.Data;

/// <summary>The endless general stream of a world; the position is its index.</summary>
/// <param name="world">The world, usually <see cref="World.V1"/>.</param>
public sealed class WorldSource(World world) : IExampleSource
{
    /// <inheritdoc/>
    public string Name => "general text of the world";

    /// <inheritdoc/>
    public IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        return Enumerate();

        IEnumerable<(long Position, TextExample Example)> Enumerate()
        {
            for (long i = position; ; i++)
            {
                yield return (i, world.General(i));
            }
        }
    }

    /// <inheritdoc/>
    public TextExample At(long position) => world.General(position);
}
