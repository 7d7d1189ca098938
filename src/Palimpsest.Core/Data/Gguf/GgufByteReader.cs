using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace Palimpsest.Data.Gguf;

/// <summary>Reads a file from front to back. Every length is held against what is left before anything is allocated for it.</summary>
internal sealed class GgufByteReader(SafeFileHandle handle, string path)
{
    // No vocabulary entry or template comes near; a string of .NET holds no more than four times as many.
    private const int LongestText = 1 << 28;
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;

    public string Path => path;

    public long Length { get; } = RandomAccess.GetLength(handle);

    public long Position { get; private set; }

    public long Remaining => Length - Position;

    public GgufException Bad(GgufProblem problem, string what) => new(problem, $"{path}: {what}");

    public GgufException Truncated(string what) => Bad(GgufProblem.Truncated, $"is truncated or damaged at byte {Position} of {Length}: {what}. Download or copy the file again");

    /// <summary>Refuses a number of things that cannot all be there.</summary>
    /// <param name="count">How many there should be.</param>
    /// <param name="smallest">Bytes of the smallest possible one.</param>
    /// <param name="what">What they are, in the plural.</param>
    public int Count(ulong count, int smallest, string what)
    {
        if (count > (ulong)(Remaining / smallest))
        {
            throw Truncated($"it claims {count} {what}, but only {Remaining} bytes are left");
        }

        return count <= (ulong)Array.MaxLength ? (int)count : throw Bad(GgufProblem.SizeOverflow, $"claims {count} {what}; at most {Array.MaxLength} are read");
    }

    public byte U8(string what) => Take(1, what)[0];

    public uint U32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    public ulong U64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, what));

    /// <summary>The next bytes, at most 64 KiB of them; valid until the next call.</summary>
    public ReadOnlySpan<byte> Take(int count, string what)
    {
        if (count > Remaining)
        {
            throw Truncated($"{what} needs {count} bytes, {Remaining} are left");
        }

        if (_end - _start < count)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            while (_end < count)
            {
                int read = RandomAccess.Read(handle, _buffer.AsSpan(_end), Position + _end);
                _end += read > 0 ? read : throw Truncated("the file was cut while it was read");
            }
        }

        ReadOnlySpan<byte> taken = _buffer.AsSpan(_start, count);
        _start += count;
        Position += count;
        return taken;
    }

    /// <summary>Fills a target of any size.</summary>
    public void Fill(Span<byte> target, string what)
    {
        while (target.Length > 0)
        {
            ReadOnlySpan<byte> taken = Take(Math.Min(target.Length, _buffer.Length), what);
            taken.CopyTo(target);
            target = target[taken.Length..];
        }
    }

    /// <summary>The length of a string, which is known to lie inside the file.</summary>
    public int TextLength(string what)
    {
        ulong length = U64(what);
        if (length > (ulong)Remaining)
        {
            throw Truncated($"{what} claims {length} bytes, {Remaining} are left");
        }

        return length <= LongestText ? (int)length : throw Bad(GgufProblem.SizeOverflow, $"gives {what} {length} bytes; at most {LongestText} are read");
    }

    /// <summary>The text of a string whose length has been read.</summary>
    public string Text(int length, string what)
    {
        if (length == 0)
        {
            return "";
        }

        ReadOnlySpan<byte> bytes;
        if (length <= _buffer.Length)
        {
            bytes = Take(length, what);
        }
        else
        {
            byte[] large = new byte[length];
            Fill(large, what);
            bytes = large;
        }

        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Bad(GgufProblem.InvalidUtf8, $"has {what} that is not UTF-8");
    }
}
