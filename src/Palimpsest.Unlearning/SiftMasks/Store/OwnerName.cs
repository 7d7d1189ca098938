using System.Globalization;
using System.Text;
using Palimpsest.Common;
using Palimpsest.Text.Normalization;

namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>Which names an owner may have. A name is text in the ledger and never part of a path, so almost any will do; those that a person could mistake for another are refused.</summary>
internal static class OwnerName
{
    private const int Longest = 200;

    // Letters of other scripts that look like Latin ones (a selection of Unicode's confusables; Technical Standard 39).
    private const string LookAlike = "аеорсухіјѕԁһӏԛԝьгпкмтнвзαορνικτυμηβεζ";
    private const string Latin = "aeopcyxijsdhlqwbrnkmthb3aopvlktuunbez";

    // An accent may be written as a letter of its own or with the letter below it.
    private static readonly UnicodeNormalizer s_decomposed = new(composed: false, compatibility: true);

    /// <summary>Refuses a name that is empty, too long or holds control characters.</summary>
    /// <exception cref="PalimpsestException">The name cannot be used.</exception>
    public static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string? problem = name.Length == 0 ? "is empty"
            : name.Length > Longest ? $"is longer than {Longest} characters"
            : name.Trim().Length < name.Length ? "begins or ends with white space"
            : name.Any(letter => char.IsControl(letter) || char.IsSurrogate(letter) || CharUnicodeInfo.GetUnicodeCategory(letter) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                ? "holds characters that cannot be seen or that stand outside the basic plane"
                : null;
        if (problem is not null)
        {
            throw new PalimpsestException($"The owner's name \"{ShownText.Cut(name)}\" {problem}. Choose another.");
        }
    }

    /// <summary>What two names have in common that look alike: without case, marks, doubled white space and look-alikes of other scripts.</summary>
    public static string Skeleton(string name)
    {
        StringBuilder skeleton = new();
        foreach (char letter in s_decomposed.Apply(name).ToLowerInvariant())
        {
            int place = LookAlike.IndexOf(letter, StringComparison.Ordinal);
            char plain = place >= 0 ? Latin[place] : letter;
            bool isMark = CharUnicodeInfo.GetUnicodeCategory(plain) == UnicodeCategory.NonSpacingMark;
            bool isSpace = char.IsWhiteSpace(plain) || plain is '_' or '-';
            if (!isMark && !(isSpace && skeleton.Length > 0 && skeleton[^1] == ' '))
            {
                skeleton.Append(isSpace ? ' ' : plain is '0' ? 'o' : plain is '1' or '|' ? 'l' : plain);
            }
        }

        return skeleton.ToString();
    }
}
