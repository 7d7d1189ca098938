namespace Palimpsest.Data.Batches;

/// <summary>The examples of a stream as tokens, without those of which nothing can be learnt.</summary>
internal sealed class EncodedExamples(IExampleStream stream, ExampleEncoder encoder)
{
    // So many examples in a row of which nothing can be learnt mean that none is of use; fewer, where a whole pass over the data has none.
    private const int MostLeftOut = 10_000;

    /// <summary>Examples left out so far, each counted once.</summary>
    public long LeftOut { get; set; }

    /// <summary>Examples read so far, each counted once.</summary>
    public long Read { get; set; }

    /// <summary>The next example of which something can be learnt.</summary>
    /// <exception cref="PalimpsestException">There is none in the data, or none of very many.</exception>
    public TokenSequence Next()
    {
        Dictionary<UnusedExample, int> reasons = [];
        int passes = stream.WholePasses;
        for (int missed = 0; missed < MostLeftOut && stream.WholePasses <= passes + 1; missed++)
        {
            TextExample example = stream.Next();
            Read += stream.IsFirstPass ? 1 : 0;
            if (encoder.Encode(example, out UnusedExample unused) is TokenSequence sequence)
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
        UnusedExample.TooLong => $"they have more than {encoder.MaxLength} tokens. Choose --too-long truncate, or a model with a longer context.",
        UnusedExample.PromptFillsRoom => $"the prompts alone fill the {encoder.MaxLength} tokens that fit, so nothing is left of what is to be learnt. Shorten the prompts, or take a model with a longer context.",
        _ => "none of their tokens is to be learnt. Look whether the completions, or what the chat template marks as said by the assistant, hold any text.",
    };
}
