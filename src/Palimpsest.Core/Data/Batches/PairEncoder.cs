using Palimpsest.Data.Preferences;

namespace Palimpsest.Data.Batches;

/// <summary>Turns queries and passages into tokens.</summary>
/// <param name="encode">The whole tokens of a text.</param>
/// <param name="cut">Shortens such tokens to a length.</param>
/// <param name="maxLength">Most tokens of a text, at least 2.</param>
/// <param name="tooLong">What happens to longer texts.</param>
public sealed class PairEncoder(Func<string, int[]> encode, Func<int[], int, int[]> cut, int maxLength, TooLongPolicy tooLong)
{
    /// <summary>Encodes a pair: the prompt is the query, the completion its passage, a rejected completion one that does not answer it.</summary>
    /// <returns>The tokens, or null where the pair is left out.</returns>
    /// <exception cref="PalimpsestException">A text is too long and the policy is <see cref="TooLongPolicy.Error"/>.</exception>
    public PairSequences? Encode(TextExample example) => Encode(example, out _);

    /// <summary>As <see cref="Encode(TextExample)"/>, with the reason for a pair that is left out.</summary>
    internal PairSequences? Encode(TextExample example, out UnusedExample unused)
    {
        unused = UnusedExample.None;
        Preference? preference = example.Preference;
        int[]? query = Cut(example.Prompt, ref unused), passage = Cut(example.Completion, ref unused);
        int[]? negative = preference?.RejectedCompletion is string other ? Cut(other, ref unused) : null;
        return unused == UnusedExample.None ? new PairSequences(query!, passage!, negative) : null;
    }

    /// <summary>Most tokens of a text.</summary>
    public int MaxLength => maxLength;

    private int[]? Cut(string text, ref UnusedExample unused)
    {
        int[] ids = encode(text);
        if (ids.Length == 0)
        {
            unused = UnusedExample.NothingLearnt;
            return null;
        }

        if (ids.Length <= maxLength)
        {
            return ids;
        }

        if (tooLong == TooLongPolicy.Error)
        {
            string start = text.ReplaceLineEndings(" ");
            throw new PalimpsestException(
                $"A text has {ids.Length} tokens where {maxLength} fit (it begins \"{start[..Math.Min(60, start.Length)]}\"). Shorten it, or set "
                    + "data.too_long to truncate or skip.");
        }

        unused = tooLong == TooLongPolicy.Skip ? UnusedExample.TooLong : unused;
        return tooLong == TooLongPolicy.Skip ? null : cut(ids, maxLength);
    }
}
