namespace Palimpsest.Data.Batches;

/// <summary>The examples of a stream as tokens, without those that do not fit.</summary>
internal sealed class EncodedExamples(IExampleStream stream, ExampleEncoder encoder)
{
    // So many examples in a row that do not fit mean that none does.
    private const int MostLeftOut = 10_000;

    /// <summary>Examples left out so far because they are too long.</summary>
    public long LeftOut { get; set; }

    /// <summary>The next example that fits.</summary>
    /// <exception cref="PalimpsestException">None of very many does.</exception>
    public TokenSequence Next()
    {
        for (int missed = 0; missed < MostLeftOut; missed++)
        {
            if (encoder.Encode(stream.Next()) is TokenSequence sequence)
            {
                return sequence;
            }

            LeftOut++;
        }

        throw new PalimpsestException($"{MostLeftOut} examples in a row have more than {encoder.MaxLength} tokens. Choose --too-long truncate, or a model with a longer context.");
    }
}
