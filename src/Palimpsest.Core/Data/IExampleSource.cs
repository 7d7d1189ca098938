namespace Palimpsest.Data;

/// <summary>Examples in a fixed order, each with a position from which reading can start again.</summary>
public interface IExampleSource
{
    /// <summary>What to call it in messages: a file's path as the user gave it, or a short name.</summary>
    string Name { get; }

    /// <summary>The examples from a position on, read as they are used. Positions rise; every one can be given to <see cref="At"/> and to this method again.</summary>
    /// <param name="position">0, or a position that this source has returned.</param>
    /// <param name="leftOut">Called with the reason for every bad example that is left out, where the source may leave any out.</param>
    /// <exception cref="PalimpsestException">The data cannot be read; the message says where and why.</exception>
    IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut = null);

    /// <summary>The example at a position.</summary>
    /// <param name="position">A position that this source has returned.</param>
    /// <exception cref="PalimpsestException">There is no example at that position.</exception>
    TextExample At(long position);
}
