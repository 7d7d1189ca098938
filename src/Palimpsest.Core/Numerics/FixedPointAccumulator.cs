using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Palimpsest.Numerics;

/// <summary>A sum of f32 vectors that can be taken apart again: int64 codes in memory or in a mapped file. Whatever was added and removed since, the bits are those of a sum that never held it.</summary>
/// <remarks>
/// Everything works on blocks of entries. A call that is refused has changed nothing; a vector added in several calls must be checked by the caller beforehand (<see cref="FixedPointFormat.Quantize(ReadOnlySpan{float}, Span{long}, long)"/>).
/// The file is "PFXA", the fraction bits (int32), the largest value (f64), the count (int64), zeros up to byte 64, then the codes; little-endian. Nobody else may cut it while it is open: a mapped file that
/// becomes shorter ends the process. Not thread-safe, but for calls on blocks that do not overlap.
/// </remarks>
public sealed unsafe class FixedPointAccumulator : IDisposable
{
    private const uint Magic = 0x41584650; // "PFXA"
    private const int HeaderBytes = 64;
    private const int Piece = 1024;
    private const int ZeroBytes = 1 << 20;
    private readonly long[]? _memory;
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly long* _codes;
    private readonly string _path = "";

    /// <summary>A sum in memory, zero at first.</summary>
    /// <param name="count">Number of entries.</param>
    /// <param name="format">Grid and bounds; 2^-40 and 64 if null.</param>
    public FixedPointAccumulator(long count, FixedPointFormat? format = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Array.MaxLength);
        Format = format ?? new FixedPointFormat();
        Count = count;
        _memory = new long[count];
    }

    private FixedPointAccumulator(string path, long count, FixedPointFormat format)
    {
        Format = format;
        Count = count;
        _path = path;
        try
        {
            _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.ReadWrite);
            _view = _file.CreateViewAccessor();
            byte* start = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            _codes = (long*)(start + _view.PointerOffset + HeaderBytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _view?.Dispose();
            _file?.Dispose();
            throw new PalimpsestException($"{path}: cannot be mapped ({error.Message}).", error);
        }
    }

    /// <summary>Grid and bounds.</summary>
    public FixedPointFormat Format { get; }

    /// <summary>Number of entries.</summary>
    public long Count { get; }

    /// <summary>Creates a file that holds a sum of zero, readable only for its user, and maps it.</summary>
    /// <param name="path">Must not exist.</param>
    /// <param name="count">Number of entries; the file takes 8 bytes each and 64 more.</param>
    /// <param name="format">Grid and bounds; 2^-40 and 64 if null.</param>
    /// <exception cref="PalimpsestException">The file exists or cannot be written.</exception>
    public static FixedPointAccumulator Create(string path, long count, FixedPointFormat? format = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        FixedPointFormat form = format ?? new FixedPointFormat();
        long length = checked(HeaderBytes + (8 * count));
        try
        {
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, PreallocationSize = length };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using FileStream stream = new(path, options);
            Span<byte> header = stackalloc byte[HeaderBytes];
            header.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
            BinaryPrimitives.WriteInt32LittleEndian(header[4..], form.FractionBits);
            BinaryPrimitives.WriteDoubleLittleEndian(header[8..], form.Largest);
            BinaryPrimitives.WriteInt64LittleEndian(header[16..], count);
            stream.Write(header);
            byte[] zeros = new byte[Math.Min(ZeroBytes, length - HeaderBytes)];
            for (long left = length - HeaderBytes; left > 0; left -= zeros.Length)
            {
                // Written, not only reserved: where a file system cannot reserve, a full disk must show here and not when the mapping is filled, which ends the process.
                stream.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, left)));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" })
        {
            // (.NET reports a file beyond the limit of the file system, or of the user, as a wrong argument.)
            throw new PalimpsestException($"{path}: cannot be created ({error.Message}). It takes {length} bytes; free some space, or choose a name that is not taken.", error);
        }

        return new FixedPointAccumulator(path, count, form);
    }

    /// <summary>Maps a file that <see cref="Create"/> made.</summary>
    /// <param name="path">The file.</param>
    /// <param name="count">The number of entries that it must have.</param>
    /// <exception cref="PalimpsestException">The file is missing, is no sum, belongs to a vector of another length, or was cut.</exception>
    public static FixedPointAccumulator Open(string path, long count)
    {
        byte[] header = new byte[HeaderBytes];
        long length;
        int read;
        try
        {
            using FileStream stream = File.OpenRead(path);
            length = stream.Length;
            read = stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: cannot be opened ({error.Message}).", error);
        }

        int bits = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4));
        double largest = BinaryPrimitives.ReadDoubleLittleEndian(header.AsSpan(8));
        long found = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(16));
        if (read < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic || bits is < 0 or > 100 || !(largest > 0 && Math.ScaleB(largest, bits) <= 1L << 51))
        {
            throw new PalimpsestException($"{path}: is not a sum in fixed point. Give a file that Palimpsest wrote.");
        }

        if (found != count || length != HeaderBytes + (8 * count))
        {
            throw new PalimpsestException($"{path}: holds {found} entries in {length} bytes where {count} entries ({HeaderBytes + (8 * count)} bytes) are needed; it was cut or belongs to another model.");
        }

        return new FixedPointAccumulator(path, count, new FixedPointFormat(bits, largest));
    }

    /// <summary>Adds the codes of a block of values.</summary>
    /// <param name="offset">First entry.</param>
    /// <param name="values">Finite and within the format's bound.</param>
    /// <exception cref="PalimpsestException">A value is refused by the format, or a sum would leave its range; nothing was added.</exception>
    public void Add(long offset, ReadOnlySpan<float> values) => Change(offset, values, 1);

    /// <summary>Takes away what <see cref="Add"/> added for the same values.</summary>
    /// <inheritdoc cref="Add"/>
    public void Subtract(long offset, ReadOnlySpan<float> values) => Change(offset, values, -1);

    /// <summary>The sum as f32, divided by a number.</summary>
    /// <param name="offset">First entry.</param>
    /// <param name="values">Receives the block.</param>
    /// <param name="divisor">1 for the sum, the number of vectors for their mean.</param>
    public void Read(long offset, Span<float> values, double divisor = 1) => Format.Dequantize(Block(offset, values.Length), values, divisor);

    /// <summary>The codes of a block, to read or to change.</summary>
    public Span<long> Block(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Count, nameof(length));
        ObjectDisposedException.ThrowIf(_memory is null && _view!.SafeMemoryMappedViewHandle.IsClosed, this);
        return _memory is not null ? _memory.AsSpan((int)offset, length) : new Span<long>(_codes + offset, length);
    }

    /// <summary>SHA-256 of all codes, lower-case hexadecimal: equal for equal sums, wherever they lie.</summary>
    public string ContentHash()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long offset = 0; offset < Count; offset += 1 << 20)
        {
            hash.AppendData(MemoryMarshal.AsBytes(Block(offset, (int)Math.Min(1 << 20, Count - offset))));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Waits until the file holds every change; nothing to do for a sum in memory.</summary>
    /// <exception cref="PalimpsestException">The disk is full or fails.</exception>
    public void Flush()
    {
        try
        {
            _view?.Flush();
        }
        catch (IOException error)
        {
            throw new PalimpsestException($"{_path}: cannot be written ({error.Message}). Free some space, or look after the disk.", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_view is not null && !_view.SafeMemoryMappedViewHandle.IsClosed)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file!.Dispose();
        }
    }

    // One pass over memory, which is what adding costs: what turns out to be refused is taken away again, to the bit.
    private void Change(long offset, ReadOnlySpan<float> values, long sign)
    {
        Span<long> sums = Block(offset, values.Length), codes = stackalloc long[Piece];
        int done = 0;
        try
        {
            while (done < values.Length)
            {
                ReadOnlySpan<float> part = values.Slice(done, Math.Min(Piece, values.Length - done));
                Format.Quantize(part, codes, offset + done);
                bool fits = AddCodes(sums.Slice(done, part.Length), codes, sign);
                done += part.Length;
                if (!fits)
                {
                    throw new PalimpsestException($"A sum between entries {offset + done - part.Length} and {offset + done} would leave its range of 2^62 codes. The format promises room for {Format.MostTerms} vectors: use fewer fraction bits.");
                }
            }
        }
        catch (PalimpsestException)
        {
            for (int at = 0; at < done; at += Piece)
            {
                int length = Math.Min(Piece, done - at);
                Format.Quantize(values.Slice(at, length), codes, offset + at);
                AddCodes(sums.Slice(at, length), codes, -sign);
            }

            throw;
        }
    }

    // sum ± code. Before it sums are within 2^62 and codes within 2^51, so nothing wraps. Returns whether the sums stayed in their range.
    private static bool AddCodes(Span<long> sums, ReadOnlySpan<long> codes, long sign)
    {
        Vector256<long> flip = Vector256.Create(sign >> 1), suspect = Vector256<long>.Zero;
        ref long sum = ref MemoryMarshal.GetReference(sums);
        ref long code = ref MemoryMarshal.GetReference(codes);
        int i = 0;
        for (; i <= sums.Length - 4; i += 4)
        {
            // The two highest bits differ from 2^62 on and below -2^62; only then it is looked at closely.
            Vector256<long> next = Vector256.LoadUnsafe(ref sum, (nuint)i) + ((Vector256.LoadUnsafe(ref code, (nuint)i) ^ flip) - flip);
            suspect |= next ^ (next + next);
            next.StoreUnsafe(ref sum, (nuint)i);
        }

        bool fits = true;
        for (; i < sums.Length; i++)
        {
            sums[i] += sign * codes[i];
            fits &= Math.Abs(sums[i]) <= FixedPointFormat.LargestSum;
        }

        return fits && (suspect.ExtractMostSignificantBits() == 0 || !sums.ContainsAnyExceptInRange(-FixedPointFormat.LargestSum, FixedPointFormat.LargestSum));
    }
}
