using System.Collections;
using Palimpsest.Data;
using Palimpsest.Data.Batches;

namespace Palimpsest.Unlearning.Approximate;

/// <summary>The examples of a source as tokens, in its order, encoded when they are asked for: only their places are held in memory.</summary>
/// <remarks>Examples that are too long, or of which nothing is to be learnt, are left out and counted. Not thread-safe.</remarks>
public sealed class EncodedList : IReadOnlyList<TokenSequence>
{
    private readonly IExampleSource _source;
    private readonly ExampleEncoder _encoder;
    private readonly long[] _positions;

    /// <summary>Reads the source once.</summary>
    /// <param name="source">The examples.</param>
    /// <param name="encoder">Makes tokens of them.</param>
    /// <exception cref="PalimpsestException">The data cannot be read, or no example is left.</exception>
    public EncodedList(IExampleSource source, ExampleEncoder encoder)
    {
        _source = source ?? throw new ArgumentNullException(nameof(source));
        _encoder = encoder ?? throw new ArgumentNullException(nameof(encoder));
        List<long> kept = [];
        foreach ((long position, TextExample example) in source.From(0))
        {
            if (encoder.Encode(example) is not null)
            {
                kept.Add(position);
            }
            else
            {
                LeftOut++;
            }
        }

        _positions = [.. kept];
        if (_positions.Length == 0)
        {
            throw new PalimpsestException($"{source.Name}: there is no example of at most {encoder.MaxLength} tokens with something to learn or to forget.");
        }
    }

    /// <summary>Examples that are left out.</summary>
    public int LeftOut { get; }

    /// <inheritdoc/>
    public int Count => _positions.Length;

    /// <inheritdoc/>
    public TokenSequence this[int index] => Encode(Example(index));

    /// <summary>The example behind a sequence.</summary>
    public TextExample Example(int index) => _source.At(_positions[index]);

    /// <summary>The tokens of an example that is made out of one of these.</summary>
    /// <exception cref="PalimpsestException">It does not fit.</exception>
    public TokenSequence Encode(TextExample example)
    {
        return _encoder.Encode(example) ?? throw new PalimpsestException($"{_source.Name}: an answer does not fit into {_encoder.MaxLength} tokens with its "
            + $"prompt (it begins \"{example.Completion[..Math.Min(40, example.Completion.Length)]}\"). Shorten it, or take a model with a longer context.");
    }

    /// <inheritdoc/>
    public IEnumerator<TokenSequence> GetEnumerator() => Enumerable.Range(0, Count).Select(index => this[index]).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
