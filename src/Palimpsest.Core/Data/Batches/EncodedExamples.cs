namespace Palimpsest.Data.Batches;

/// <summary>The examples of a stream as tokens, without those of which nothing can be learnt.</summary>
internal sealed class EncodedExamples<TItem>(IExampleStream stream, ExampleEncoding<TItem> encode, int maxLength)
    where TItem : class
{
    // So many examples in a row of which nothing can be learnt mean that none is of use; fewer, where a whole pass over the data has none.
    private const int MostLeftOut = 10_000;

    /// <summary>Examples left out so far, each counted once.</summary>
    public long LeftOut { get; set; }

    /// <summary>Examples read so far, each counted once.</summary>
    public long Read { get; set; }

    /// <summary>The next example of which something can be learnt.</summary>
    /// <exception cref="PalimpsestException">There is none in the data, or none of very many.</exception>
    public TItem Next()
    {
        Dictionary<UnusedExample, int> reasons = [];
        int passes = stream.WholePasses;
        for (int missed = 0; missed < MostLeftOut && stream.WholePasses <= passes + 1; missed++)
        {
            TextExample example = stream.Next();
            Read += stream.IsFirstPass ? 1 : 0;
            if (encode(example, out UnusedExample unused) is TItem sequence)
            {
                return sequence;
            }

            LeftOut += stream.IsFirstPass ? 1 : 0;
            reasons[unused] = reasons.GetValueOrDefault(unused) + 1;
        }

        throw new PalimpsestException($"There is no example to learn from: {Reason(reasons.MaxBy(reason => reason.Value).Key)}");
    }

    private string Reason(UnusedExample unused) => unused switch
    {
        UnusedExample.TooLong => $"they have more than {maxLength} tokens. Set data.too_long to truncate, or take a model with a longer context.",
        UnusedExample.PromptFillsRoom =>
            $"the prompts alone fill the {maxLength} tokens that fit, so nothing is left of what is to be learnt. Shorten the prompts, or take a "
                + "model with a longer context.",
        _ => "none of their tokens is to be learnt. Look whether the completions, or what the chat template marks as said by the assistant, hold any text.",
    };
}

/// <summary>Makes tokens of an example.</summary>
/// <typeparam name="TItem">What an example becomes.</typeparam>
/// <param name="example">The example.</param>
/// <param name="unused">Why it is left out, where it is.</param>
/// <returns>The tokens, or null.</returns>
internal delegate TItem? ExampleEncoding<out TItem>(TextExample example, out UnusedExample unused)
    where TItem : class;
