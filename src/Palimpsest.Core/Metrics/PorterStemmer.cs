namespace Palimpsest.Metrics;

/// <summary>Porter's suffix stripping for English, with the extensions of NLTK's stemmer in its default mode.</summary>
/// <remarks>
/// Porter, An algorithm for suffix stripping, Program 14 (1980). The extensions: a dozen irregular words, <c>ied</c> and four-letter <c>ies</c> words (<c>died</c> to <c>die</c>), <c>y</c> to <c>i</c> only after a consonant
/// that is not the first letter (<c>enjoy</c> stays), <c>alli</c> and <c>fulli</c>, <c>logi</c>, <c>bli</c> for <c>abli</c>, and two-letter stems count as ending in consonant-vowel-consonant. Words of one or two letters stay.
/// </remarks>
public static class PorterStemmer
{
    // A suffix and what replaces it. The first suffix that fits decides, whether or not its stem is long enough.
    private static readonly (string Suffix, string Ending)[] s_step2 =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"),
        ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"), ("fulli", "ful"),
    ];

    private static readonly (string Suffix, string Ending)[] s_step3 = [("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];

    private static readonly string[] s_step4 =
        ["al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive", "ize"];

    private static readonly Dictionary<string, string> s_irregular = new(StringComparer.Ordinal)
    {
        ["sky"] = "sky",
        ["skies"] = "sky",
        ["dying"] = "die",
        ["lying"] = "lie",
        ["tying"] = "tie",
        ["news"] = "news",
        ["innings"] = "inning",
        ["inning"] = "inning",
        ["outings"] = "outing",
        ["outing"] = "outing",
        ["cannings"] = "canning",
        ["canning"] = "canning",
        ["howe"] = "howe",
        ["proceed"] = "proceed",
        ["exceed"] = "exceed",
        ["succeed"] = "succeed",
    };

    /// <summary>The stem of a word.</summary>
    /// <param name="word">Any text; it is put into lower case first. Characters outside a to z count as consonants.</param>
    /// <returns>The stem, which need not be a word.</returns>
    public static string Stem(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        word = PythonText.Lower(word);
        if (s_irregular.TryGetValue(word, out string? irregular))
        {
            return irregular;
        }

        return word.Length <= 2 ? word : Step5(Step4(Replace(Step2(Step1C(Step1B(Step1A(word)))), s_step3)));
    }

    private static string Step1A(string word) => word switch
    {
        _ when word.Length == 4 && Ends(word, "ies") => word[..^1],
        _ when Ends(word, "sses") || Ends(word, "ies") => word[..^2],
        _ when Ends(word, "ss") => word,
        _ when Ends(word, "s") => word[..^1],
        _ => word,
    };

    private static string Step1B(string word)
    {
        if (Ends(word, "ied"))
        {
            return word.Length == 4 ? word[..^1] : word[..^2];
        }

        if (Ends(word, "eed"))
        {
            return Measure(word[..^3]) > 0 ? word[..^1] : word;
        }

        string? stem = Ends(word, "ed") ? word[..^2] : Ends(word, "ing") ? word[..^3] : null;
        if (stem is null || !HasVowel(stem))
        {
            return word;
        }

        if (Ends(stem, "at") || Ends(stem, "bl") || Ends(stem, "iz"))
        {
            return stem + "e";
        }

        if (EndsInDoubleConsonant(stem))
        {
            return stem[^1] is 'l' or 's' or 'z' ? stem : stem[..^1];
        }

        return Measure(stem) == 1 && EndsInShortSyllable(stem) ? stem + "e" : stem;
    }

    private static string Step1C(string word) => Ends(word, "y") && word.Length > 2 && IsConsonant(word, word.Length - 2) ? word[..^1] + "i" : word;

    private static string Step2(string word)
    {
        if (Ends(word, "alli") && Measure(word[..^4]) > 0)
        {
            return Step2(word[..^2]);
        }

        // The l of "logi" counts with the stem, so that "geologi" is treated like "archaeologi".
        if (Ends(word, "logi"))
        {
            return Measure(word[..^3]) > 0 ? word[..^1] : word;
        }

        return Replace(word, s_step2);
    }

    private static string Replace(string word, (string Suffix, string Ending)[] rules)
    {
        foreach ((string suffix, string ending) in rules)
        {
            if (Ends(word, suffix))
            {
                string stem = word[..^suffix.Length];
                return Measure(stem) > 0 ? stem + ending : word;
            }
        }

        return word;
    }

    private static string Step4(string word)
    {
        foreach (string suffix in s_step4)
        {
            if (Ends(word, suffix))
            {
                string stem = word[..^suffix.Length];
                bool fits = Measure(stem) > 1 && (suffix != "ion" || stem[^1] is 's' or 't');
                return fits ? stem : word;
            }
        }

        return word;
    }

    private static string Step5(string word)
    {
        if (Ends(word, "e"))
        {
            string stem = word[..^1];
            int measure = Measure(stem);
            if (measure > 1 || (measure == 1 && !EndsInShortSyllable(stem)))
            {
                word = stem;
            }
        }

        return Ends(word, "ll") && Measure(word[..^1]) > 1 ? word[..^1] : word;
    }

    private static bool Ends(string word, string suffix) => word.EndsWith(suffix, StringComparison.Ordinal);

    // y is a vowel after a consonant. In a run of them they alternate, so the run is walked back instead of asked one by one: no word is too long.
    private static bool IsConsonant(string word, int i)
    {
        int first = i;
        while (first > 0 && word[first] == 'y')
        {
            first--;
        }

        bool consonant = word[first] is not ('a' or 'e' or 'i' or 'o' or 'u');
        return (i - first) % 2 == 0 ? consonant : !consonant;
    }

    // The number of times a vowel is followed by a consonant.
    private static int Measure(string stem)
    {
        int measure = 0;
        bool afterVowel = false;
        for (int i = 0; i < stem.Length; i++)
        {
            bool vowel = stem[i] is 'a' or 'e' or 'i' or 'o' or 'u' || (stem[i] == 'y' && i > 0 && !afterVowel);
            if (afterVowel && !vowel)
            {
                measure++;
            }

            afterVowel = vowel;
        }

        return measure;
    }

    private static bool HasVowel(string stem) => stem.AsSpan().IndexOfAny("aeiou") >= 0 || stem.LastIndexOf('y') > 0;

    private static bool EndsInDoubleConsonant(string word) => word.Length >= 2 && word[^1] == word[^2] && IsConsonant(word, word.Length - 1);

    // Consonant, vowel, consonant other than w, x and y.
    private static bool EndsInShortSyllable(string word)
    {
        int n = word.Length;
        return n >= 3
            ? IsConsonant(word, n - 3) && !IsConsonant(word, n - 2) && IsConsonant(word, n - 1) && word[^1] is not ('w' or 'x' or 'y')
            : n == 2 && !IsConsonant(word, 0) && IsConsonant(word, 1);
    }
}
