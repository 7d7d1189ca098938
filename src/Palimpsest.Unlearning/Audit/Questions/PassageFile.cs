using System.Text.RegularExpressions;
using Palimpsest.Data;

namespace Palimpsest.Unlearning.Audit.Questions;

/// <summary>Reads passages as questions: what a passage begins with is asked, and what follows is the answer.</summary>
/// <remarks>Plain text holds paragraphs, which blank lines part; JSON lines and tables hold texts under the usual names. The blank space at which a passage is
/// cut counts as one blank; all other line ends stay.</remarks>
public static partial class PassageFile
{
    /// <summary>Reads all passages that are long enough.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Where they are cut.</param>
    /// <param name="perSubject">How many of them in a row are one item of an interval, such as a scene; 0 for each its own.</param>
    /// <returns>The passages, and how many were too short.</returns>
    /// <exception cref="PalimpsestException">The file cannot be read, or no passage is long enough.</exception>
    public static (IReadOnlyList<AuditQuestion> Passages, int TooShort) Read(string path, PassageOptions options, int perSubject = 0)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(perSubject);
        AuditQuestion?[] all = [.. ExampleFile.Open(path).From(0).Select(item => Cut((item.Example.Prompt + item.Example.Completion).Trim(), options))];
        AuditQuestion[] found = [.. all.OfType<AuditQuestion>()];
        if (found.Length == 0)
        {
            throw new PalimpsestException(FormattableString.Invariant($"{path}: none of {all.Length} passages has {options.Given + options.Asked} words ")
                + "(data.passages.given and data.passages.asked). Lower them, or put longer passages into the file.");
        }

        string Place(int from) => FormattableString.Invariant($"passages {from + 1}-{Math.Min(found.Length, from + perSubject)}");
        return (perSubject == 0 ? found : [.. found.Index().Select(item => item.Item with { Subject = Place(item.Index / perSubject * perSubject) })],
            all.Length - found.Length);
    }

    private static AuditQuestion? Cut(string text, PassageOptions options)
    {
        Match[] blanks = [.. Blanks().Matches(text).Cast<Match>()];
        if (blanks.Length < options.Given + options.Asked - 1)
        {
            return null;
        }

        Match cut = blanks[options.Given - 1];
        int end = blanks.Length < options.Given + options.Asked ? text.Length : blanks[options.Given + options.Asked - 1].Index;
        return new AuditQuestion(text[..cut.Index], text[(cut.Index + cut.Length)..end]);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
