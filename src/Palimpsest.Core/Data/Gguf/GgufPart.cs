using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Palimpsest.Common;

namespace Palimpsest.Data.Gguf;

/// <summary>One file of a model, which may be split over several.</summary>
internal sealed class GgufPart : IDisposable
{
    private readonly SafeFileHandle _handle;

    private GgufPart(string path, int number)
    {
        Path = path;
        try
        {
            _handle = RegularFile.Open(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new GgufException(GgufProblem.CannotOpen, $"{path}: cannot be opened ({error.Message})", error);
        }

        try
        {
            Header = new GgufHeaderReader(new GgufByteReader(_handle, path), number).Read();
        }
        catch
        {
            _handle.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public GgufHeader Header { get; }

    /// <summary>Opens a file, and the parts that belong to it in their order.</summary>
    public static List<GgufPart> OpenAll(string path)
    {
        GgufPart given = new(path, 0);
        List<GgufPart> parts = [];
        try
        {
            if (given.Header.Metadata.FindInteger("split.count", 0, ushort.MaxValue) is not int count || count < 2)
            {
                return [given];
            }

            string prefix = given.Prefix(count);
            for (int number = 0; number < count; number++)
            {
                parts.Add(new GgufPart(Name(prefix, number, count), number));
                parts[number].CheckPlace(number, count);
            }

            long listed = parts.Sum(part => (long)part.Header.Tensors.Count);
            if (parts[0].Header.Metadata.FindInteger("split.tensors.count") is long total && total != listed)
            {
                throw parts[0].Bad($"says that its parts hold {total} tensors; they hold {listed}. A part belongs to another file");
            }

            given.Dispose();
            return parts;
        }
        catch
        {
            given.Dispose();
            parts.ForEach(part => part.Dispose());
            throw;
        }
    }

    public void Read(GgufTensor tensor, Span<byte> target, long offset)
    {
        while (target.Length > 0)
        {
            int read = RandomAccess.Read(_handle, target[..Math.Min(target.Length, 1 << 26)], tensor.Position + offset);
            if (read == 0)
            {
                throw new GgufException(GgufProblem.Truncated, $"{Path}: ended inside tensor \"{tensor.Name}\"; the file was cut while it was read");
            }

            target = target[read..];
            offset += read;
        }
    }

    public void Dispose() => _handle.Dispose();

    private static string Name(string prefix, int number, int count) => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{number + 1:D5}-of-{count:D5}.gguf");

    // model-00002-of-00003.gguf -> model
    private string Prefix(int count)
    {
        int number = Header.Metadata.Integer("split.no", 0, ushort.MaxValue);
        string ending = Name("", number, count);
        return Path.EndsWith(ending, StringComparison.Ordinal)
            ? Path[..^ending.Length]
            : throw Bad($"is part {number + 1} of {count}, so its name must end in \"{ending}\"; the other parts are found by it");
    }

    private void CheckPlace(int number, int count)
    {
        int actual = Header.Metadata.Integer("split.no", 0, ushort.MaxValue), actualCount = Header.Metadata.Integer("split.count", 0, ushort.MaxValue);
        if (actual != number || actualCount != count)
        {
            throw Bad($"says that it is part {actual + 1} of {actualCount}; by its name it is part {number + 1} of {count}");
        }
    }

    private GgufException Bad(string what) => new(GgufProblem.BadSplit, $"{Path}: {what}");
}
