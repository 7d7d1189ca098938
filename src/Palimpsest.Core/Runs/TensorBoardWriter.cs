using System.Globalization;

namespace Palimpsest.Runs;

/// <summary>Writes scalars and texts that TensorBoard shows: <c>events.out.tfevents.SECONDS.palimpsest</c> in a folder, without the name of the machine.</summary>
/// <remarks>
/// Every writer makes a file of its own when it writes first, as TensorBoard expects of a run that is resumed: it reads all files of a folder in the order of their names. Each event reaches the system
/// in one write before the call returns. Fields: tensorboard/compat/proto/event.proto and summary.proto. Safe for several threads.
/// </remarks>
public sealed class TensorBoardWriter : IDisposable
{
    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly TimeProvider _time;
    private FileStream? _stream;

    /// <summary>A writer into a folder.</summary>
    /// <param name="folder">The folder, which is there.</param>
    /// <param name="time">The clock of the events and of the file's name; the system's unless told.</param>
    public TensorBoardWriter(string folder, TimeProvider? time = null)
    {
        _folder = folder ?? throw new ArgumentNullException(nameof(folder));
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The file that is written, or null before the first event.</summary>
    public string? Path => _stream?.Name;

    /// <summary>Writes a value.</summary>
    /// <param name="tag">Its name; what stands before a slash groups it.</param>
    /// <param name="value">The value, stored in single precision; it may be NaN or infinite.</param>
    /// <param name="step">Step of the run.</param>
    /// <exception cref="PalimpsestException">The disk is full or the file cannot be written.</exception>
    public void Scalar(string tag, double value, long step) => Scalars([new(tag, value)], step);

    /// <summary>Writes values of one step as one event.</summary>
    /// <param name="values">Values by tag.</param>
    /// <param name="step">Step of the run.</param>
    /// <exception cref="PalimpsestException">The disk is full or the file cannot be written.</exception>
    public void Scalars(IEnumerable<KeyValuePair<string, double>> values, long step)
    {
        ArgumentNullException.ThrowIfNull(values);
        Write(step, record => record.Message(5, summary =>
        {
            foreach ((string tag, double value) in values)
            {
                summary.Message(1, item => item.Text(1, tag).Float(2, (float)value));
            }
        }));
    }

    /// <summary>Writes a text, which TensorBoard shows as Markdown.</summary>
    /// <param name="tag">Its name.</param>
    /// <param name="text">The text.</param>
    /// <param name="step">Step of the run.</param>
    /// <exception cref="PalimpsestException">The disk is full or the file cannot be written.</exception>
    public void Text(string tag, string text, long step)
    {
        const int stringType = 7;
        Write(step, record => record.Message(5, summary => summary.Message(1, item => item
            .Text(1, tag)
            .Message(8, tensor => tensor.Integer(1, stringType).Message(2, shape => shape.Message(2, dimension => dimension.Integer(1, 1))).Text(8, text))
            .Message(9, metadata => metadata.Message(1, plugin => plugin.Text(1, "text"))))));
    }

    /// <summary>Tells TensorBoard to forget what earlier files hold from a step on, because a resumed run repeats it.</summary>
    /// <param name="step">The first step that is forgotten.</param>
    /// <exception cref="PalimpsestException">The disk is full or the file cannot be written.</exception>
    public void Restart(long step)
    {
        const int start = 1;
        Write(step, record => record.Message(7, session => session.Integer(1, start)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _stream?.Dispose();
            _stream = null;
        }
    }

    private void Write(long step, Action<ProtoWriter> fill)
    {
        lock (_gate)
        {
            Guard(() =>
            {
                _stream ??= Open();
                Append(_stream, step, fill);
            });
        }
    }

    private FileStream Open()
    {
        // Two writers in one second: the later one takes the next second, so that the order of names stays the order of time.
        for (long seconds = _time.GetUtcNow().ToUnixTimeSeconds(); ; seconds++)
        {
            string path = System.IO.Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{seconds}.palimpsest"));
            if (File.Exists(path))
            {
                continue;
            }

            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            FileStream stream = new(path, options);
            Append(stream, 0, record => record.Text(3, "brain.Event:2"));
            return stream;
        }
    }

    private void Append(FileStream stream, long step, Action<ProtoWriter> fill)
    {
        ProtoWriter record = new();
        fill(record.Double(1, _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0).Integer(2, step));
        long end = stream.Length;
        try
        {
            stream.Write(TfRecord.Frame(record.Bytes));
        }
        catch (IOException)
        {
            // A full disk takes half a record, behind which TensorBoard would read nothing more.
            stream.SetLength(end);
            stream.Seek(0, SeekOrigin.End);
            throw;
        }
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{_folder}: the events for TensorBoard cannot be written ({error.Message.TrimEnd('.')}). Free some space or check the permissions of the folder, then resume the run.", error);
        }
    }
}
