namespace Palimpsest.Data;

/// <summary>
/// Examples in a file of JSON lines, <c>{"text": ...}</c> or <c>{"prompt": ..., "completion": ...}</c>, each with an optional <c>"owner"</c>; other keys are ignored. The position is the byte offset
/// of the line. The file is read as it is used, never whole.
/// </summary>
/// <remarks>UTF-8, with or without a byte-order mark; lines end in LF or CRLF; blank lines are ignored; a line has at most 16 MiB. Safe for use by several threads.</remarks>
public sealed class JsonlSource : IExampleSource
{
    private readonly bool _skipBad;

    /// <summary>A source over a file.</summary>
    /// <param name="path">The file. It is looked for now and opened when it is read.</param>
    /// <param name="skipBad">Whether to leave bad lines out, counted, instead of stopping at the first. Unless told, it stops.</param>
    /// <exception cref="PalimpsestException">There is no such file, or it is a folder.</exception>
    public JsonlSource(string path, bool skipBad = false)
    {
        if (Directory.Exists(path))
        {
            throw new PalimpsestException($"{path}: is a folder. Name a file of JSON lines in it.");
        }

        if (!File.Exists(path))
        {
            throw new PalimpsestException($"{path}: there is no such file. Check the name; relative paths start at {Environment.CurrentDirectory}.");
        }

        Name = path;
        _skipBad = skipBad;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        return Enumerate();

        IEnumerable<(long Position, TextExample Example)> Enumerate()
        {
            using JsonlReader reader = new(Name, position);
            bool any = false;
            while (reader.Next())
            {
                if (JsonlLine.TryParse(reader.Line, out TextExample example, out string problem))
                {
                    any = true;
                    yield return (reader.LinePosition, example);
                }
                else if (_skipBad)
                {
                    leftOut?.Invoke(problem);
                }
                else
                {
                    throw Bad(reader.LinePosition, problem);
                }
            }

            if (!any && position == 0)
            {
                throw new PalimpsestException(reader.Length == 0
                    ? $"{Name}: the file is empty. Put at least one line like {{\"text\": \"...\"}} into it."
                    : $"{Name}: there is no usable line in it. Put at least one line like {{\"text\": \"...\"}} into it.");
            }
        }
    }

    /// <inheritdoc/>
    public TextExample At(long position)
    {
        using JsonlReader reader = new(Name, position);
        if (!reader.Next() || reader.LinePosition != position)
        {
            throw new PalimpsestException($"{Name}: there is no line at byte {position}. The file has changed since the position was saved; start the run anew.");
        }

        return JsonlLine.TryParse(reader.Line, out TextExample example, out string problem) ? example : throw Bad(position, problem);
    }

    private PalimpsestException Bad(long position, string problem) =>
        new($"{Name} line {JsonlReader.LineNumber(Name, position)}: {problem}, or use --skip-bad to leave such lines out (they are counted).");
}
