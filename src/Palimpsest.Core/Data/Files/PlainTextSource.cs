using System.Text;
using System.Text.Unicode;

namespace Palimpsest.Data.Files;

/// <summary>Texts in a file of plain text: its paragraphs, which blank lines part, or its lines. The position is the byte offset of the first line of a text.</summary>
/// <remarks>
/// A paragraph keeps its line ends, as LF, except the last. A blank line holds nothing but spaces and tabs. UTF-8, with or without a byte-order mark; lines end in LF or CRLF; a text has at most 16 MiB.
/// Safe for use by several threads.
/// </remarks>
public sealed class PlainTextSource : IExampleSource
{
    private readonly RowFile _file;

    /// <summary>A source over a file.</summary>
    /// <param name="path">The file. It is looked for now and opened when it is read.</param>
    /// <param name="options">Paragraphs or lines, and what happens to bad ones.</param>
    /// <exception cref="PalimpsestException">There is no such file, or a column is named.</exception>
    public PlainTextSource(string path, ExampleFileOptions? options = null)
    {
        options ??= new ExampleFileOptions();
        Name = DataFile.Existing(path);
        if (options.Columns != new ExampleColumns())
        {
            throw new PalimpsestException($"{path}: plain text has no columns, so none can be named. Leave the names out, or bring the data as JSON lines or a table.");
        }

        _file = new RowFile(path, options.LineByLine ? "line" : "paragraph", "Write some text into it.", options, position => new Rows(path, position, options.LineByLine), position => $"line {LineReader.LineNumber(path, position)}");
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut = null) => _file.From(position, leftOut);

    /// <inheritdoc/>
    public TextExample At(long position) => _file.At(position);

    private sealed class Rows(string path, long position, bool lineByLine) : IRowReader
    {
        private readonly LineReader _lines = new(path, position);
        private readonly MemoryStream _text = new();
        private bool _ahead;

        public long Position { get; private set; }

        public bool Next()
        {
            // The line that showed that a paragraph is over begins the next one.
            if (!_ahead && !_lines.Next())
            {
                return false;
            }

            Position = _lines.LinePosition;
            _text.SetLength(0);
            do
            {
                Append(_lines.Line.Span);
                _ahead = _lines.Next();
            }
            while (_ahead && !lineByLine && !_lines.AfterBlank);
            return true;
        }

        public bool TryRead(out TextExample example, out string problem)
        {
            ReadOnlySpan<byte> text = _text.GetBuffer().AsSpan(0, (int)_text.Length);
            problem = text.Length > LineReader.LongestLine ? "the text is longer than 16 MiB. Split it" : Utf8.IsValid(text) ? "" : "not valid UTF-8. Save the file as UTF-8";
            example = problem.Length == 0 ? new TextExample("", Encoding.UTF8.GetString(text)) : default;
            return problem.Length == 0;
        }

        public void Dispose() => _lines.Dispose();

        private void Append(ReadOnlySpan<byte> line)
        {
            // One byte too many tells that the text is too long; more is not kept.
            if (_text.Length > LineReader.LongestLine)
            {
                return;
            }

            if (_text.Length > 0)
            {
                _text.WriteByte((byte)'\n');
            }

            line = line.EndsWith("\r"u8) ? line[..^1] : line;
            _text.Write(line[..(int)Math.Min(line.Length, Math.Max(0, LineReader.LongestLine + 1 - _text.Length))]);
        }
    }
}
