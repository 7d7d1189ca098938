using Palimpsest.Numerics;

namespace Palimpsest.Data;

/// <summary>Draws each example from one of two streams, at random with given weights: an owner's data with a replay of general text, for instance.</summary>
public sealed class MixedStream : IExampleStream
{
    private readonly IExampleStream _first;
    private readonly IExampleStream _second;
    private readonly int _firstWeight;
    private readonly int _allWeights;
    private readonly RandomStream _random;
    private IExampleStream _last;

    /// <summary>A mixture; it disposes of both streams with itself.</summary>
    /// <param name="first">One stream.</param>
    /// <param name="firstWeight">Its weight, 1 or more. Weights are integers, so that the choice is the same on every machine: 1 and 1 for halves, 3 and 7 for 30 %.</param>
    /// <param name="second">The other stream; with a random stream of its own.</param>
    /// <param name="secondWeight">Its weight, 1 or more.</param>
    /// <param name="random">A random stream of the mixture's own, which nothing else draws from.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight is less than 1.</exception>
    public MixedStream(IExampleStream first, int firstWeight, IExampleStream second, int secondWeight, RandomStream random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(firstWeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(secondWeight, 1);
        _first = _last = first;
        _second = second;
        _firstWeight = firstWeight;
        _allWeights = checked(firstWeight + secondWeight);
        _random = random;
    }

    /// <inheritdoc/>
    public bool IsFirstPass => _last.IsFirstPass;

    /// <inheritdoc/>
    public int WholePasses => Math.Min(_first.WholePasses, _second.WholePasses);

    /// <inheritdoc/>
    public ExampleCursor Cursor => new() { RandomPosition = _random.Position, Parts = [_first.Cursor, _second.Cursor] };

    /// <inheritdoc/>
    public TextExample Next()
    {
        _last = _random.NextInt(_allWeights) < _firstWeight ? _first : _second;
        return _last.Next();
    }

    /// <inheritdoc/>
    public void Restore(ExampleCursor cursor)
    {
        if (cursor.Parts.Count != 2)
        {
            throw new PalimpsestException("The saved place in the data belongs to a single stream, not to a mixture of two. Start the run anew, or set the mixture as it was.");
        }

        _first.Restore(cursor.Parts[0]);
        _second.Restore(cursor.Parts[1]);
        _random.Position = cursor.RandomPosition;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }
}
