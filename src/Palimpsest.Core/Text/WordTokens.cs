using System.Text;
using Palimpsest.Text.Normalization;
using Palimpsest.Text.Patterns;

namespace Palimpsest.Text;

/// <summary>The words of a text in any script, as they are counted and searched for.</summary>
/// <remarks>
/// The text is put into compatibility form (NFKC) and its case is folded, so that every spelling of one letter is the same letter. A word is a run of letters,
/// marks and numbers; soft hyphens, joiners and variation
/// selectors are passed over. In scripts that are written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) each letter with its marks is a word of its
/// own, since cutting those into words takes a dictionary:
/// a query then finds its letters wherever they stand. In ASCII the words are the runs of a to z and 0 to 9.
/// </remarks>
internal static class WordTokens
{
    private static readonly UnicodeNormalizer s_compose = new(composed: true, compatibility: true);
    private static readonly Func<int, bool>[] s_unspaced = [UnicodeClass.Rule("Han")!, UnicodeClass.Rule("Hiragana")!, UnicodeClass.Rule("Katakana")!];

    /// <summary>The words in order.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="apostrophes">Whether an apostrophe goes on with a word that has begun.</param>
    public static List<string> Of(string text, bool apostrophes = false)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool alone = false;
        foreach (int codePoint in CodePoints.All(PythonCharacters.Fold(s_compose.Apply(text))))
        {
            if (codePoint is 0xAD or 0x200C or 0x200D or 0x2060 or (>= 0xFE00 and <= 0xFE0F))
            {
                continue;
            }

            bool mark = TokenizerCharacters.Mark.Contains(codePoint) || (apostrophes && codePoint == '\'' && word.Length > 0);
            if (!mark)
            {
                bool unspaced = IsUnspaced(codePoint);
                if (alone || unspaced || !PythonCharacters.IsAlphanumeric(codePoint))
                {
                    Finish();
                }

                alone = unspaced;
            }

            if (mark || PythonCharacters.IsAlphanumeric(codePoint))
            {
                CodePoints.Append(word, codePoint);
            }
        }

        Finish();
        return words;

        void Finish()
        {
            if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
    }

    private static bool IsUnspaced(int codePoint) => codePoint >= 0xE00 && PythonCharacters.Alpha.Contains(codePoint)
        && (codePoint is <= 0xEFF or (>= 0x1000 and <= 0x109F) or (>= 0x1780 and <= 0x17FF) || s_unspaced.Any(script => script(codePoint)));
}
