namespace Palimpsest.Data.Worlds;

/// <summary>The endless general stream of a world; the position is its index.</summary>
/// <param name="world">The world, usually <see cref="World.V1"/>.</param>
/// <param name="wholeTexts">Gives prompt and completion as one text that is learnt from its beginning.</param>
public sealed class WorldSource(World world, bool wholeTexts = false) : IExampleSource
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
                yield return (i, At(i));
            }
        }
    }

    /// <inheritdoc/>
    public TextExample At(long position)
    {
        TextExample example = world.General(position);
        return wholeTexts ? example with { Prompt = "", Completion = example.Prompt + example.Completion } : example;
    }
}
