using Palimpsest.Numerics;

namespace Palimpsest.Data;

/// <summary>Passes over a source without end, shuffled through a bounded buffer.</summary>
/// <remarks>
/// Each example leaves a uniformly chosen place of the buffer, and the next one of the source takes its place. Every pass returns every example once. A buffer as large as the data shuffles it
/// fully; a buffer of 1 keeps the order of the source. Only the buffer is held in memory. Two passes never mix.
/// </remarks>
public sealed class ExampleStream : IExampleStream
{
    private readonly IExampleSource _source;
    private readonly RandomStream _random;
    private readonly int _capacity;
    private readonly List<(long Position, TextExample Example)> _buffer = [];
    private IEnumerator<(long Position, TextExample Example)>? _reader;
    private long? _nextPosition = 0;
    private int _epoch;
    private long _skipped;

    /// <summary>A stream from the start of the data.</summary>
    /// <param name="source">The data; it is not opened before the first example is asked for.</param>
    /// <param name="random">A random stream of its own, which nothing else draws from.</param>
    /// <param name="buffer">How many examples the buffer holds, 1 or more; 1,024 unless told.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="buffer"/> is less than 1.</exception>
    public ExampleStream(IExampleSource source, RandomStream random, int buffer = 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer, 1);
        _source = source;
        _random = random;
        _capacity = buffer;
    }

    /// <summary>How many whole passes lie behind.</summary>
    public int Epoch => _epoch;

    /// <summary>How many bad examples were left out during the first pass.</summary>
    public long Skipped => _skipped;

    /// <inheritdoc/>
    public bool IsFirstPass => _epoch == 0;

    /// <inheritdoc/>
    public int WholePasses => _epoch;

    /// <inheritdoc/>
    public ExampleCursor Cursor => new() { Epoch = _epoch, NextPosition = _nextPosition, Buffer = [.. _buffer.Select(item => item.Position)], RandomPosition = _random.Position, Skipped = _skipped };

    /// <inheritdoc/>
    public TextExample Next()
    {
        FillBuffer();
        if (_buffer.Count == 0)
        {
            _epoch++;
            _nextPosition = 0;
            FillBuffer();
            if (_buffer.Count == 0)
            {
                throw new PalimpsestException($"{_source.Name}: there is no example in it. Add some.");
            }
        }

        int place = _random.NextInt(_buffer.Count);
        TextExample example = _buffer[place].Example;
        if (_nextPosition is not null)
        {
            _buffer[place] = _reader!.Current;
            Advance();
        }
        else
        {
            _buffer[place] = _buffer[^1];
            _buffer.RemoveAt(_buffer.Count - 1);
        }

        return example;
    }

    /// <inheritdoc/>
    public void Restore(ExampleCursor cursor)
    {
        if (cursor.Parts.Count > 0 || cursor.Buffer.Count > _capacity)
        {
            throw new PalimpsestException($"{_source.Name}: the saved place in the data belongs to other settings. Start the run anew, or set the buffer and the mixture as they were.");
        }

        Close();
        _buffer.Clear();
        _buffer.AddRange(cursor.Buffer.Select(position => (position, _source.At(position))));
        _epoch = cursor.Epoch;
        _nextPosition = cursor.NextPosition;
        _random.Position = cursor.RandomPosition;
        _skipped = cursor.Skipped;
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private void FillBuffer()
    {
        Open();
        while (_nextPosition is not null && _buffer.Count < _capacity)
        {
            _buffer.Add(_reader!.Current);
            Advance();
        }
    }

    /// <summary>Makes the reader stand on the example at the next position.</summary>
    private void Open()
    {
        if (_reader is not null || _nextPosition is not { } from)
        {
            return;
        }

        _reader = _source.From(from, _ => _skipped += _epoch == 0 ? 1 : 0).GetEnumerator();
        Advance();
        if (from > 0 && _nextPosition != from)
        {
            Close();
            throw new PalimpsestException($"{_source.Name}: there is no example at position {from} any more. The data has changed since the run was saved; start the run anew.");
        }
    }

    private void Advance()
    {
        if (_reader!.MoveNext())
        {
            _nextPosition = _reader.Current.Position;
        }
        else
        {
            _nextPosition = null;
            Close();
        }
    }

    private void Close()
    {
        _reader?.Dispose();
        _reader = null;
    }
}
