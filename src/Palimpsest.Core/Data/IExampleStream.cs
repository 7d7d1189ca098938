namespace Palimpsest.Data;

/// <summary>An endless sequence of examples that can be saved at any moment and continued exactly where it was.</summary>
/// <remarks>Not safe for use by several threads at once.</remarks>
public interface IExampleStream : IDisposable
{
    /// <summary>Where the stream stands: a copy, which later calls do not change.</summary>
    ExampleCursor Cursor { get; }

    /// <summary>Whether the example that <see cref="Next"/> gave last is of the first pass over its data, so that it has not been given before.</summary>
    bool IsFirstPass { get; }

    /// <summary>How many whole passes over all of its data lie behind.</summary>
    int WholePasses { get; }

    /// <summary>The next example.</summary>
    /// <exception cref="PalimpsestException">The data cannot be read, or there is none.</exception>
    TextExample Next();

    /// <summary>Continues from a saved cursor: what follows is what would have followed there.</summary>
    /// <param name="cursor">A cursor of a stream over the same data with the same settings.</param>
    /// <exception cref="PalimpsestException">The cursor does not fit this stream or its data.</exception>
    void Restore(ExampleCursor cursor);
}
