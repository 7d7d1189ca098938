using System.Buffers.Binary;
using Palimpsest.Common;
using Palimpsest.Models.Generation;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>Rollouts on disk by what made them, so that arms share them and a killed run goes on. One process at a time.</summary>
/// <remarks>The file only grows. Behind eight letters by which it is known, a record is a key of 16 bytes, the number of tokens, why it ended, the tokens and a
/// checksum over all of that, in little-endian order; what stands behind the last whole record is cut off when the file is opened. Memory holds a key and a
/// place a rollout, not the tokens.</remarks>
public sealed class RolloutStore : IDisposable
{
    private const int KeyLength = 16, HeadLength = KeyLength + 5, CheckLength = 4, MostTokens = 1 << 24;
    private static ReadOnlySpan<byte> Magic => "PALROLL1"u8;

    private readonly Dictionary<UInt128, long> _places = [];
    private readonly FileStream _file;
    private readonly string _path;

    /// <summary>Opens a store, or makes one.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PalimpsestException">The file cannot be opened, another process has it, or it is something else.</exception>
    public RolloutStore(string path)
    {
        _path = path;
        try
        {
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException(
                $"{path}: cannot be opened as a store of rollouts ({problem.Message}). Name another file, or end the process that has it.", problem);
        }

        long end = Magic.Length;
        if (!Begins())
        {
            _file.Dispose();
            throw new PalimpsestException($"{path}: is no store of rollouts. Name another file, or remove this one.");
        }

        while (Read(end) is ((UInt128 key, Rollout _), long next))
        {
            _places.TryAdd(key, end);
            end = next;
        }

        _file.SetLength(end);
        _file.Position = end;
    }

    /// <summary>Rollouts in it.</summary>
    public int Count => _places.Count;

    /// <summary>A rollout, or null.</summary>
    /// <param name="key">What made it.</param>
    /// <exception cref="PalimpsestException">The file was changed by someone else.</exception>
    public Rollout? Find(UInt128 key)
    {
        if (!_places.TryGetValue(key, out long place))
        {
            return null;
        }

        long end = _file.Position;
        Rollout? found = Read(place) is ((UInt128 own, Rollout rollout), _) && own == key ? rollout : null;
        _file.Position = end;
        return found
            ?? throw new PalimpsestException(
            $"{_path}: is damaged: a rollout that was there can no longer be read. Remove the file; the rollouts are made again.");
    }

    /// <summary>Keeps a rollout; one that is there stays.</summary>
    public void Add(UInt128 key, Rollout rollout)
    {
        ArgumentNullException.ThrowIfNull(rollout);
        if (!_places.TryAdd(key, _file.Position))
        {
            return;
        }

        byte[] record = new byte[HeadLength + (4 * rollout.Tokens.Length) + CheckLength];
        BinaryPrimitives.WriteUInt128LittleEndian(record, key);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(KeyLength), rollout.Tokens.Length);
        record[HeadLength - 1] = (byte)rollout.End;
        for (int i = 0; i < rollout.Tokens.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(HeadLength + (4 * i)), rollout.Tokens[i]);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - CheckLength), Crc32C.Of(record.AsSpan(0, record.Length - CheckLength)));
        _file.Write(record);
    }

    /// <summary>Hands what was added over to the operating system, which keeps it if the process is killed.</summary>
    public void Flush() => _file.Flush();

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // A new file, or one that was killed before it was begun, is begun.
    private bool Begins()
    {
        Span<byte> found = stackalloc byte[Magic.Length];
        int length = _file.ReadAtLeast(found, found.Length, throwOnEndOfStream: false);
        if (!Magic.StartsWith(found[..length]))
        {
            return false;
        }

        if (length < Magic.Length)
        {
            _file.Position = 0;
            _file.Write(Magic);
            _file.Flush();
        }

        return true;
    }

    private ((UInt128 Key, Rollout Rollout) Record, long Next)? Read(long place)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        _file.Position = place;
        if (_file.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false) < HeadLength)
        {
            return null;
        }

        int count = BinaryPrimitives.ReadInt32LittleEndian(head[KeyLength..]);
        byte[] rest = new byte[count is >= 0 and < MostTokens ? (4 * count) + CheckLength : 0];
        if (rest.Length == 0 || _file.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false) < rest.Length
            || BinaryPrimitives.ReadUInt32LittleEndian(rest.AsSpan(4 * count)) != Crc32C.Of(rest.AsSpan(0, 4 * count), Crc32C.Of(head)))
        {
            return null;
        }

        int[] tokens = new int[count];
        for (int i = 0; i < count; i++)
        {
            tokens[i] = BinaryPrimitives.ReadInt32LittleEndian(rest.AsSpan(4 * i));
        }

        return ((BinaryPrimitives.ReadUInt128LittleEndian(head), new Rollout(tokens, (CompletionEnd)head[HeadLength - 1])), place + HeadLength + rest.Length);
    }
}
