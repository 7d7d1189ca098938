namespace Palimpsest.Data.Files;

/// <summary>Reads a file of examples from some place on, row by row; a row is a line, a record or a paragraph.</summary>
internal interface IRowReader : IDisposable
{
    /// <summary>The position of the row that <see cref="Next"/> found.</summary>
    long Position { get; }

    /// <summary>Goes to the next row.</summary>
    /// <returns>Whether there is one.</returns>
    bool Next();

    /// <summary>Makes an example of the row.</summary>
    /// <param name="example">The example, where it is one.</param>
    /// <param name="problem">Otherwise what is wrong and how to mend it: two sentences without the last full stop.</param>
    bool TryRead(out TextExample example, out string problem);
}
