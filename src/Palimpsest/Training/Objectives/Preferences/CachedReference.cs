using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Transformers;
using static TorchSharp.torch;

namespace Palimpsest.Training.Objectives.Preferences;

/// <summary>Keeps the scores of a reference by the content of the answers (their ids, and which of them are targets), in memory and in a file, so that later
/// passes over the data cost nothing.</summary>
/// <remarks>
/// A batch is computed whole where one of its answers is not known, in its own form, and the first score of an answer stays: a resumed run that finds the file
/// or computes it again has the same bits. The file holds records
/// of 32 bytes SHA-256 and an f64 in little-endian order; the end of a record that a killed process left is cut off. One process at a time.
/// </remarks>
public sealed class CachedReference : IReferenceModel
{
    private const int HashLength = 32, RecordLength = HashLength + sizeof(double);
    private readonly IReferenceModel _reference;
    private readonly Dictionary<UInt128, double> _known = [];
    private readonly FileStream? _file;

    /// <summary>A cache over a reference.</summary>
    /// <param name="reference">Asked for what is not known; disposed with this object.</param>
    /// <param name="path">Where scores are kept, made if needed; null for memory only. It belongs to one reference model.</param>
    public CachedReference(IReferenceModel reference, string? path = null)
    {
        _reference = reference ?? throw new ArgumentNullException(nameof(reference));
        if (path is null)
        {
            return;
        }

        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        byte[] records = new byte[_file.Length - (_file.Length % RecordLength)];
        _file.ReadExactly(records);
        _file.SetLength(records.Length);
        for (int at = 0; at < records.Length; at += RecordLength)
        {
            _known.TryAdd(BinaryPrimitives.ReadUInt128LittleEndian(records.AsSpan(at)),
                BinaryPrimitives.ReadDoubleLittleEndian(records.AsSpan(at + HashLength)));
        }
    }

    /// <summary>Answers whose scores are known.</summary>
    public int Count => _known.Count;

    /// <inheritdoc/>
    public double[] Score(TokenBatch answers)
    {
        byte[][] hashes = Hashes(answers);
        if (hashes.All(hash => _known.ContainsKey(Key(hash))))
        {
            return [.. hashes.Select(hash => _known[Key(hash)])];
        }

        double[] scores = _reference.Score(answers);
        using MemoryStream added = new();
        for (int i = 0; i < scores.Length; i++)
        {
            if (_known.TryAdd(Key(hashes[i]), scores[i]))
            {
                added.Write(hashes[i]);
                added.Write(BitConverter.GetBytes(BitConverter.IsLittleEndian
                    ? scores[i] : BitConverter.Int64BitsToDouble(BinaryPrimitives.ReverseEndianness(BitConverter.DoubleToInt64Bits(scores[i])))));
            }
        }

        _file?.Write(added.ToArray());
        _file?.Flush();
        return [.. hashes.Select(hash => _known[Key(hash)])];
    }

    /// <inheritdoc/>
    public Tensor Compute(Func<CausalModel, Tensor> read) => _reference.Compute(read);

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _reference.Dispose();
    }

    private static UInt128 Key(byte[] hash) => BinaryPrimitives.ReadUInt128LittleEndian(hash);

    private static byte[][] Hashes(TokenBatch answers)
    {
        // A row ends behind its last target: what may follow is padding, or tokens that no target sees.
        List<int>[] targets = [.. Enumerable.Range(0, answers.Batch).Select(_ => new List<int>())];
        foreach (long position in answers.Rows)
        {
            targets[position / answers.Time].Add((int)(position % answers.Time));
        }

        long next = 0;
        return [.. targets.Select((positions, row) =>
        {
            long[] content =
                [.. answers.Ids.AsSpan(row * answers.Time, positions.Count == 0 ? 0 : positions[^1] + 1), -1, .. positions.Select(position => (long)position),
                -1, .. answers.Targets.AsSpan((int)next, positions.Count)];
            next += positions.Count;
            return SHA256.HashData(MemoryMarshal.AsBytes<long>(content));
        })];
    }
}
