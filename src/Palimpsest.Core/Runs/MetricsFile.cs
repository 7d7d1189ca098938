using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Palimpsest.Common;

namespace Palimpsest.Runs;

/// <summary><c>metrics.jsonl</c>: one object a line, <c>{"step":120,"loss":1.8}</c>, appended in one write each so that a reader beside it sees whole lines.</summary>
internal sealed class MetricsFile : IDisposable
{
    private const string StepKey = "step";
    private readonly string _path;
    private FileStream? _stream;

    /// <summary>Opens the file to append; a last line that a killed process left unfinished is cut off.</summary>
    public MetricsFile(string path)
    {
        _path = path;
        if (!File.Exists(path))
            return;
        Guard(() =>
        {
            FileStream stream = Stream();
            stream.SetLength(EndOfLastLine(stream));
            stream.Seek(0, SeekOrigin.End);
        });
    }

    public void Append(IReadOnlyDictionary<string, double> values, long step)
    {
        byte[] line = Line(values, step);
        Guard(() =>
        {
            FileStream stream = Stream();
            long end = stream.Length;
            try
            {
                stream.Write(line);
            }
            catch (IOException)
            {
                // A full disk takes half a line; it must not stand before the next whole one.
                stream.SetLength(end);
                stream.Seek(0, SeekOrigin.End);
                throw;
            }
        });
    }

    /// <returns>Whether there were lines to drop.</returns>
    public bool Truncate(long step)
    {
        if (!File.Exists(_path))
            return false;

        IReadOnlyList<MetricsRow> rows = Read(_path);
        if (rows.All(row => row.Step <= step))
            return false;

        Dispose();
        AtomicFile.Write(_path, stream =>
        {
            foreach (MetricsRow row in rows.Where(row => row.Step <= step))
                stream.Write(Line(row.Values, row.Step));
        }, onlyForUser: true);
        return true;
    }

    /// <summary>All whole lines; an unfinished last one is left out, since another process may be writing it.</summary>
    public static IReadOnlyList<MetricsRow> Read(string path)
    {
        if (!File.Exists(path))
            return [];

        string text = "";
        Guard(path, "read", () =>
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using StreamReader reader = new(stream, Encoding.UTF8);
            text = reader.ReadToEnd();
        });

        List<MetricsRow> rows = [];
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length - 1; i++)
            rows.Add(Parse(lines[i], path, i + 1));
        return rows;
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    private static byte[] Line(IReadOnlyDictionary<string, double> values, long step)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = RunJson.Options.Encoder }))
        {
            json.WriteStartObject();
            json.WriteNumber(StepKey, step);
            foreach ((string name, double value) in values)
            {
                if (name == StepKey)
                    throw new ArgumentException("No metric may be called \"step\": that is the name of the step itself.", nameof(values));
                if (double.IsFinite(value))
                    json.WriteNumber(name, value);
                else
                    json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
            }

            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static MetricsRow Parse(string line, string path, int number)
    {
        try
        {
            OrderedDictionary<string, double> values = JsonSerializer.Deserialize<OrderedDictionary<string, double>>(line, RunJson.Options) ?? [];
            if (values.Remove(StepKey, out double step) && long.CreateTruncating(step) == step)
                return new MetricsRow((long)step, values);
        }
        catch (JsonException)
        {
            // Said below, with the place.
        }

        throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture, $"{path} line {number}: no line of metrics. Remove the line to read the rest."));
    }

    private static long EndOfLastLine(FileStream stream)
    {
        Span<byte> last = stackalloc byte[1];
        for (long end = stream.Length; end > 0; end--)
        {
            stream.Seek(end - 1, SeekOrigin.Begin);
            stream.ReadExactly(last);
            if (last[0] == (byte)'\n')
                return end;
        }

        return 0;
    }

    private FileStream Stream()
    {
        if (_stream is not null)
            return _stream;

        // Without a buffer of its own, every write reaches the system at once and survives the death of the process.
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        FileStream stream = new(_path, options);
        stream.Seek(0, SeekOrigin.End);
        return _stream = stream;
    }

    private void Guard(Action action) => Guard(_path, "written", action);

    private static void Guard(string path, string verb, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: the metrics cannot be {verb} ({error.Message.TrimEnd('.')}). Free some space or check the permissions of the folder, then resume the run.", error);
        }
    }
}
