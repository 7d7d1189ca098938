using System.Text;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Metrics;

/// <summary>SQuAD's answer normalisation: lower case, no ASCII punctuation, no articles, single spaces.</summary>
/// <remarks>
/// Rajpurkar et al., SQuAD, 2016, the official evaluation program. Only <c>string.punctuation</c> goes: curly quotes, dashes and currency signs other than the dollar stay.
/// </remarks>
public static class AnswerNormalizer
{
    /// <summary>The normalised answer.</summary>
    /// <param name="answer">Any text.</param>
    /// <param name="decompose">Whether to decompose first (NFD), as the programs for NQ-open do: accents become combining marks, and stay.</param>
    public static string Normalize(string answer, bool decompose = false)
    {
        ArgumentNullException.ThrowIfNull(answer);
        StringBuilder kept = new(answer.Length);
        foreach (char c in PythonText.Lower(decompose ? PythonText.Decompose(answer) : answer))
        {
            if (!PythonText.IsPunctuation(c))
            {
                kept.Append(c);
            }
        }

        return string.Join(' ', PythonText.Split(WithoutArticles(kept.ToString())));
    }

    private static string WithoutArticles(string text)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length;)
        {
            int start = i;
            while (i < text.Length && CodePoints.At(text, i, out int length) is int codePoint && PythonText.IsWord(codePoint))
            {
                i += length;
            }

            ReadOnlySpan<char> word = text.AsSpan(start, i - start);
            result.Append(word is "a" or "an" or "the" ? " " : word);
            if (i < text.Length)
            {
                result.Append(text[i++]);
            }
        }

        return result.ToString();
    }
}
