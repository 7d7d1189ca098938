namespace Palimpsest.Data.Batches;

/// <summary>The examples of a stream as tokens, without those that do not fit.</summary>
internal sealed class EncodedExamples<TItem>(IExampleStream stream, Func<TextExample, TItem?> encode, int maxLength)
    where TItem : class
{
    // So many examples in a row that do not fit mean that none does.
    private const int MostLeftOut = 10_000;

    /// <summary>Examples left out so far because they are too long.</summary>
    public long LeftOut { get; set; }

    /// <summary>The next example that fits.</summary>
    /// <exception cref="PalimpsestException">None of very many does.</exception>
    public TItem Next()
    {
        for (int missed = 0; missed < MostLeftOut; missed++)
        {
            if (encode(stream.Next()) is TItem sequence)
            {
                return sequence;
            }

            LeftOut++;
        }

        throw new PalimpsestException($"{MostLeftOut} examples in a row have more than {maxLength} tokens. Choose --too-long truncate, or a model with a longer context.");
    }
}
