namespace Palimpsest.Data.Files;

/// <summary>Cuts a file into lines with their byte offsets, in bounded memory.</summary>
internal sealed class LineReader : IDisposable
{
    /// <summary>Longer lines are cut off one byte behind this length, which tells their reader that they are too long.</summary>
    public const int LongestLine = 16 << 20;

    private static readonly byte[] s_byteOrderMark = [0xEF, 0xBB, 0xBF];
    private readonly string _path;
    private readonly Stream _file;
    private readonly byte[] _chunk = new byte[64 * 1024];
    private byte[] _line = new byte[1024];
    private int _from;
    private int _to;
    private int _length;
    private long _next;

    /// <summary>Opens the file at the start of a line.</summary>
    /// <exception cref="PalimpsestException">It cannot be opened, or no line starts there.</exception>
    public LineReader(string path, long position)
    {
        _path = path;
        _next = position;
        FileStream file = DataFile.Open(path);
        _file = file;
        try
        {
            if (position > 0)
            {
                // One byte earlier must be a line end: a saved position that points into a line means another file.
                file.Position = position - 1;
                if (position > file.Length || !Fill() || _chunk[_from++] != '\n')
                {
                    throw new PalimpsestException($"{path}: no line begins at byte {position}. The file has changed since the position was saved; start the run anew.");
                }
            }
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Takes lines from a stream that is read once, such as one that is unpacked.</summary>
    /// <param name="path">What to call it in messages.</param>
    /// <param name="stream">It is disposed with this object.</param>
    public LineReader(string path, Stream stream) => (_path, _file) = (path, stream);

    /// <summary>The number of the line that <see cref="Next"/> found, from 1 where the reading began at the start.</summary>
    public int Number { get; private set; }

    /// <summary>Byte offset of the line that <see cref="Next"/> found.</summary>
    public long LinePosition { get; private set; }

    /// <summary>The line without its end; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Whether blank lines lie between this line and the one before it.</summary>
    public bool AfterBlank { get; private set; }

    /// <summary>The number of the line that begins at a position, from 1.</summary>
    public static long LineNumber(string path, long position)
    {
        using LineReader reader = new(path, 0);
        long number = 1;
        for (long read = 0; read < position && reader.Fill(); read += reader._to, reader._from = reader._to)
        {
            number += reader._chunk.AsSpan(0, (int)Math.Min(reader._to, position - read)).Count((byte)'\n');
        }

        return number;
    }

    /// <summary>Goes to the next line that is not blank.</summary>
    /// <param name="blank">Takes blank ones too.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="PalimpsestException">The file cannot be read on.</exception>
    public bool Next(bool blank = false)
    {
        for (AfterBlank = false; ReadLine(); AfterBlank = true)
        {
            ReadOnlyMemory<byte> line = _line.AsMemory(0, _length);
            if (LinePosition == 0 && line.Span.StartsWith(s_byteOrderMark))
            {
                line = line[s_byteOrderMark.Length..];
            }

            if (blank || line.Span.ContainsAnyExcept(" \t\r"u8))
            {
                Line = line;
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool ReadLine()
    {
        LinePosition = _next;
        Number++;
        _length = 0;
        bool any = false;
        while (_from < _to || Fill())
        {
            any = true;
            int end = _chunk.AsSpan(_from, _to - _from).IndexOf((byte)'\n');
            int count = end < 0 ? _to - _from : end;
            Append(_chunk.AsSpan(_from, count));
            int used = end < 0 ? count : count + 1;
            _from += used;
            _next += used;
            if (end >= 0)
            {
                break;
            }
        }

        return any;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, LongestLine + 1 - _length)];
        if (_length + bytes.Length > _line.Length)
        {
            Array.Resize(ref _line, Math.Max(_length + bytes.Length, Math.Min(2 * _line.Length, LongestLine + 1)));
        }

        bytes.CopyTo(_line.AsSpan(_length));
        _length += bytes.Length;
    }

    private bool Fill()
    {
        _from = 0;
        _to = DataFile.Guard(_path, () => _file.Read(_chunk));
        return _to > 0;
    }
}
