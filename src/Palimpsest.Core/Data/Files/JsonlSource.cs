namespace Palimpsest.Data.Files;

/// <summary>
/// Examples in a file of JSON, an object a line or a list of objects in any layout: <c>{"text": ...}</c>, <c>{"prompt": ..., "completion": ...}</c>,
/// <c>{"messages": [...]}</c> or
/// <c>{"instruction": ..., "output": ...}</c>, each with an optional <c>"owner"</c>. The position is the byte offset of the line or of the object. The file is
/// read as it is used, never whole.
/// </summary>
/// <remarks>
/// UTF-8, with or without a byte-order mark; lines end in LF or CRLF; blank lines are ignored; a row has at most 16 MiB. A key whose value is null is not
/// there. NaN and Infinity, which Python
/// writes, are harmless in keys that are not read. Safe for use by several threads.
/// </remarks>
public sealed class JsonlSource : IExampleSource
{
    private readonly RowFile _file;

    /// <summary>A source over a file with the usual keys.</summary>
    /// <param name="path">The file. It is looked for now and opened when it is read.</param>
    /// <param name="skipBad">Whether to leave bad lines out, counted, instead of stopping at the first. Unless told, it stops.</param>
    /// <exception cref="PalimpsestException">There is no such file, or it is a folder.</exception>
    public JsonlSource(string path, bool skipBad = false)
        : this(path, new ExampleFileOptions { SkipBad = skipBad })
    {
    }

    /// <summary>A source over a file.</summary>
    /// <param name="path">The file. It is looked for now and opened when it is read.</param>
    /// <param name="options">Names of the keys, and what happens to bad lines.</param>
    /// <exception cref="PalimpsestException">There is no such file, it is a folder, or the names contradict each other.</exception>
    public JsonlSource(string path, ExampleFileOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Name = DataFile.Existing(path);
        ExampleForm form = ExampleForm.Of(options);
        if (JsonArrayReader.Recognises(path))
        {
            _file = new RowFile(path, "row", "Put at least one row like {\"text\": \"...\"} into it.", options, position =>
                new JsonArrayReader(path, position, form), position => $"row {JsonArrayReader.RowNumber(path, position, form)}");
            return;
        }

        _file = new RowFile(path, "line", "Put at least one line like {\"text\": \"...\"} into it.", options, position => new Rows(path, position, form), position => $"line {LineReader.LineNumber(path, position)}");
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut = null) => _file.From(position, leftOut);

    /// <inheritdoc/>
    public TextExample At(long position) => _file.At(position);

    private sealed class Rows(string path, long position, ExampleForm form) : IRowReader
    {
        private readonly LineReader _lines = new(path, position);

        public long Position => _lines.LinePosition;

        public bool Next() => _lines.Next();

        public bool TryRead(out TextExample example, out string problem) => JsonlLine.TryParse(_lines.Line, form, out example, out problem);

        public void Dispose() => _lines.Dispose();
    }
}
