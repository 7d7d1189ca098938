using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Palimpsest.Data.Safetensors;

namespace Palimpsest.Interpretability.Activations;

/// <summary>Activations of a corpus on disk, in bf16, so that several trainings share them. Rows are read one by one; memory does not depend on their
/// number.</summary>
/// <remarks>Safe for several threads.</remarks>
public sealed class ActivationCache : IDisposable
{
    private const string Values = "values", Targets = "targets", Tokens = "tokens", Documents = "documents", Key = "palimpsest.activations";
    private const int DocumentsPerPart = 256;

    private readonly SafetensorsFile _file;
    private readonly TensorEntry _values, _tokens, _documents;
    private readonly TensorEntry? _targets;

    private ActivationCache(SafetensorsFile file)
    {
        _file = file;
        (_values, _tokens, _documents) = (file[Values], file[Tokens], file[Documents]);
        _targets = file.Entries.GetValueOrDefault(Targets);
        (Rows, Width) = (checked((int)_values.Shape[0]), (int)_values.Shape[1]);
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Width of a row.</summary>
    public int Width { get; }

    /// <summary>Opens the cache of a corpus, or makes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reader">Reads the activations.</param>
    /// <param name="documents">Tokens of each document.</param>
    /// <param name="model">What tells the model from others, such as a hash of its weights.</param>
    /// <param name="progress">Called with the documents done.</param>
    /// <param name="stop">Ends the making; nothing is left then.</param>
    /// <exception cref="PalimpsestException">The file belongs to other texts, another model or another point, or the disk is full.</exception>
    /// <returns>The cache; null if the making was told to stop.</returns>
    public static ActivationCache? OpenOrMake(string path, ActivationReader reader, IReadOnlyList<int[]> documents, string model, Action<int>? progress = null,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(documents);
        string key = KeyOf(reader, documents, model);
        try
        {
            if (!File.Exists(path))
            {
                Write(path, reader, documents, key, progress, stop);
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        SafetensorsFile file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault(Key) == key)
        {
            return new ActivationCache(file);
        }

        file.Dispose();
        throw new PalimpsestException($"{path}: holds activations of other texts, another model or another hook point. Delete it, or name another file.");
    }

    /// <summary>Reads rows.</summary>
    /// <param name="rows">Their numbers.</param>
    public ActivationBatch Read(ReadOnlySpan<int> rows)
    {
        int outWidth = _targets is null ? 0 : (int)_targets.Shape[1];
        ActivationBatch made = new(new float[rows.Length * Width], Width, new int[rows.Length], new int[rows.Length])
        {
            Targets = _targets is null ? null : new float[rows.Length * outWidth],
        };
        ushort[] half = new ushort[Math.Max(Width, outWidth)];
        for (int i = 0; i < rows.Length; i++)
        {
            Row(_values, rows[i], made.Values.AsSpan(i * Width, Width), half);
            if (_targets is not null)
            {
                Row(_targets, rows[i], made.Targets.AsSpan(i * outWidth, outWidth), half);
            }

            _file.Read(_tokens, MemoryMarshal.AsBytes(made.Tokens.AsSpan(i, 1)), (long)rows[i] * sizeof(int));
            _file.Read(_documents, MemoryMarshal.AsBytes(made.Documents.AsSpan(i, 1)), (long)rows[i] * sizeof(int));
        }

        return made;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Row(TensorEntry entry, int row, Span<float> target, ushort[] half)
    {
        Span<ushort> stored = half.AsSpan(0, target.Length);
        _file.Read(entry, MemoryMarshal.AsBytes(stored), (long)row * target.Length * sizeof(ushort));
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = BitConverter.UInt32BitsToSingle((uint)stored[i] << 16);
        }
    }

    private static void Write(string path, ActivationReader reader, IReadOnlyList<int[]> documents, string key, Action<int>? progress, CancellationToken stop)
    {
        long rows = documents.Sum(document => (long)reader.Kept(document));
        if (rows is 0 or > int.MaxValue)
        {
            throw new PalimpsestException($"{path}: {rows:N0} tokens would be kept; a cache holds from 1 to {int.MaxValue:N0}.");
        }

        // The first document tells the widths; the others are read as their rows are written, once an entry.
        ActivationBatch sample = reader.Read([documents.First(document => reader.Kept(document) > 0)]);
        List<int> tokens = [], numbers = [];
        List<TensorSource> sources = [new(Values, TensorType.BF16, [rows, sample.Width], stream => Parts(part => WriteHalf(stream, part.Values), part =>
        {
            tokens.AddRange(part.Tokens);
            numbers.AddRange(part.Documents);
        }))];
        if (sample.Targets is not null)
        {
            sources.Add(new TensorSource(Targets, TensorType.BF16, [rows, sample.TargetWidth], stream => Parts(part => WriteHalf(stream, part.Targets!))));
        }

        sources.Add(new TensorSource(Tokens, TensorType.I32, [rows], stream => stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(tokens)))));
        sources.Add(new TensorSource(Documents, TensorType.I32, [rows], stream => stream.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(numbers)))));
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        SafetensorsWriter.Write(path, sources, new Dictionary<string, string>(StringComparer.Ordinal) { [Key] = key });

        void Parts(Action<ActivationBatch> write, Action<ActivationBatch>? also = null)
        {
            for (int from = 0; from < documents.Count; from += DocumentsPerPart)
            {
                stop.ThrowIfCancellationRequested();
                int count = Math.Min(DocumentsPerPart, documents.Count - from);
                ActivationBatch part = reader.Read([.. Enumerable.Range(from, count).Select(i => documents[i])], from);
                write(part);
                also?.Invoke(part);
                progress?.Invoke(from + count);
            }
        }
    }

    private static void WriteHalf(Stream stream, float[] values)
    {
        Torch.Bf16Grid.Nearest(values);
        ushort[] half = new ushort[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            half[i] = (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16);
        }

        stream.Write(MemoryMarshal.AsBytes<ushort>(half));
    }

    private static string KeyOf(ActivationReader reader, IReadOnlyList<int[]> documents, string model)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{model}|{reader.Settings}|"));
        foreach (int[] document in documents)
        {
            hash.AppendData(MemoryMarshal.AsBytes([document.Length]));
            hash.AppendData(MemoryMarshal.AsBytes<int>(document));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
