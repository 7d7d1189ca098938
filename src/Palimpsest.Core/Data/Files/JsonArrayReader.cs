namespace Palimpsest.Data.Files;

/// <summary>Reads a JSON list of rows, however it is laid out, in bounded memory. The position is the byte at which a row begins.</summary>
/// <remarks>What a row holds is looked at like a line; what lies between rows must be as JSON has it, since nobody could say where the next row begins
/// otherwise.</remarks>
internal sealed class JsonArrayReader : IRowReader
{
    private readonly string _path;
    private readonly ExampleForm _form;
    private readonly FileStream _file;
    private readonly byte[] _chunk = new byte[64 * 1024];
    private byte[] _row = new byte[1024];
    private int _from;
    private int _to;
    private int _length;
    private long _next;
    private bool _atRow;
    private bool _ended;

    /// <summary>Opens the file at its start or at a row.</summary>
    /// <exception cref="PalimpsestException">It cannot be opened, or no row begins there.</exception>
    public JsonArrayReader(string path, long position, ExampleForm form)
    {
        (_path, _form) = (path, form);
        _file = DataFile.Open(path);
        try
        {
            _atRow = position > 0 && BeginsRow(position);
            _next = position;
            _file.Position = position;
            if (position > 0 && !_atRow)
            {
                throw new PalimpsestException($"{path}: no row begins at byte {position}. The file has changed since the position was saved; start the run anew.");
            }
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public long Position { get; private set; }

    /// <summary>Whether a file holds a list: what is first in it, but for blanks, is its bracket.</summary>
    public static bool Recognises(string path)
    {
        using FileStream file = DataFile.Open(path, bufferSize: 4096);
        int first = DataFile.Guard(path, () => NextOf(file));
        if (first == 0xEF && DataFile.Guard(path, () => (file.ReadByte(), file.ReadByte())) == (0xBB, 0xBF))
        {
            first = DataFile.Guard(path, () => NextOf(file));
        }

        return first == '[';

        static int NextOf(FileStream file)
        {
            int value = file.ReadByte();
            while (value is ' ' or '\t' or '\r' or '\n')
            {
                value = file.ReadByte();
            }

            return value;
        }
    }

    /// <summary>The number of the row at a position, from 1.</summary>
    public static long RowNumber(string path, long position, ExampleForm form)
    {
        using JsonArrayReader reader = new(path, 0, form);
        long number = 0;
        do
        {
            number++;
        }
        while (reader.Next() && reader.Position < position);
        return number;
    }

    public bool Next()
    {
        if (!_atRow && !GoToRow())
        {
            return false;
        }

        _atRow = false;
        Position = _next;
        _length = 0;
        Read();
        return true;
    }

    public bool TryRead(out TextExample example, out string problem) => JsonlLine.TryParse(_row.AsMemory(0, _length), _form, out example, out problem);

    public void Dispose() => _file.Dispose();

    /// <summary>Goes over what lies before the next row.</summary>
    /// <returns>Whether there is one.</returns>
    private bool GoToRow()
    {
        if (_ended)
        {
            return false;
        }

        bool first = _next == 0;
        if (first && Skip() == 0xEF)
        {
            // A byte-order mark.
            Take(3);
        }

        int sign = Skip();
        if (sign == (first ? '[' : ','))
        {
            Take(1);
            sign = Skip();
            if (sign is not (']' or -1) || (first && sign == ']'))
            {
                _ended = sign == ']';
                return !_ended || End();
            }

            throw Broken(sign < 0 ? "the file ends within the list" : "no row follows the comma");
        }

        _ended = true;
        return sign == ']'
            ? End() : throw Broken(sign < 0 ? "the file ends before the list does" : $"{(first ? "the bracket of the list" : "a comma")} is missing");
    }

    /// <summary>Goes over the closing bracket; nothing may follow it.</summary>
    private bool End()
    {
        Take(1);
        return Skip() < 0 ? false : throw Broken("something follows the end of the list");
    }

    /// <summary>Copies a value: to its closing bracket, or of a bare one to the next sign.</summary>
    private void Read()
    {
        int depth = 0;
        bool inString = false, escaped = false;
        while (_from < _to || Fill())
        {
            int i = _from;
            for (; i < _to; i++)
            {
                byte value = _chunk[i];
                if (inString)
                {
                    inString = value != '"' || escaped;
                    escaped = value == '\\' && !escaped;
                    if (!inString && depth == 0)
                    {
                        Copy(i + 1);
                        return;
                    }

                    continue;
                }

                if (depth == 0 && value is ((byte)',' or (byte)']' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                {
                    Copy(i);
                    return;
                }

                inString = value == '"';
                depth += value is (byte)'{' or (byte)'[' ? 1 : value is (byte)'}' or (byte)']' ? -1 : 0;
                if (depth == 0 && value is ((byte)'}' or (byte)']'))
                {
                    Copy(i + 1);
                    return;
                }
            }

            Copy(i);
        }

        throw Broken("the file ends within a row");
    }

    private void Copy(int to)
    {
        // One byte too many tells that the row is too long; more is not kept.
        ReadOnlySpan<byte> bytes = _chunk.AsSpan(_from, Math.Min(to - _from, LineReader.LongestLine + 1 - _length));
        if (_length + bytes.Length > _row.Length)
        {
            Array.Resize(ref _row, Math.Max(_length + bytes.Length, Math.Min(2 * _row.Length, LineReader.LongestLine + 1)));
        }

        bytes.CopyTo(_row.AsSpan(_length));
        _length += bytes.Length;
        Take(to - _from);
    }

    /// <summary>The next byte that is no blank, which is not taken; -1 at the end.</summary>
    private int Skip()
    {
        while (_from < _to || Fill())
        {
            if (_chunk[_from] is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            {
                return _chunk[_from];
            }

            Take(1);
        }

        return -1;
    }

    private void Take(int count)
    {
        _from += count;
        _next += count;
    }

    private bool Fill()
    {
        _from = 0;
        _to = DataFile.Guard(_path, () => _file.Read(_chunk));
        return _to > 0;
    }

    /// <summary>Whether a row can begin at a position: a bracket or a comma stands before it, with nothing but blanks between.</summary>
    private bool BeginsRow(long position)
    {
        if (position >= _file.Length)
        {
            return false;
        }

        byte[] before = new byte[Math.Min(position, _chunk.Length)];
        _file.Position = position - before.Length;
        DataFile.Guard(_path, () => _file.ReadAtLeast(before, before.Length, throwOnEndOfStream: false));
        return before.AsSpan().TrimEnd(" \t\r\n"u8) is [.., (byte)'[' or (byte)','];
    }

    private PalimpsestException Broken(string what) =>
        new($"{_path}: at byte {_next}, {what}, so no row behind it can be found. Mend the list, or write a row a line (.jsonl).");
}
