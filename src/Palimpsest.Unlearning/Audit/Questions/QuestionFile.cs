using Palimpsest.Data;
using Palimpsest.Data.Files;

namespace Palimpsest.Unlearning.Audit.Questions;

/// <summary>Reads files of questions: JSON (lines or a list), CSV, TSV or Parquet, by the extension.</summary>
/// <remarks>
/// Keys: <c>question</c> (or <c>prompt</c> in the form's words); <c>answer</c> (or <c>completion</c>, <c>correct</c>): the text, or with choices the text, the
/// letter or the index from 0 of the right one; <c>choices</c> or <c>options</c>; wrong answers in <c>perturbed_answer</c> or <c>wrong</c>; other words in
/// <c>paraphrased_question</c> or <c>rephrased</c>, and <c>paraphrased_answer</c>; <c>keyword</c>, the part of a long
/// answer that counts; <c>subject</c> or <c>author</c>. Lists in tables are written as JSON. Of
/// options with the same words one counts, and one with the true answer's is no wrong one (AQuA has such). Other keys belong to whoever made the file.
/// </remarks>
public static class QuestionFile
{
    /// <summary>Reads all questions.</summary>
    /// <param name="path">The file.</param>
    /// <param name="form">How the questions are put; needed where the file holds whole prompts.</param>
    /// <param name="perSubject">How many rows in a row are about one subject, as TOFU's 20 are; the subject is then the name that most of them have in common,
    /// or their place. 0 unless told: the file says whom a row is about, or nobody does.</param>
    /// <exception cref="PalimpsestException">The file cannot be read or holds no question, or a row is no question; the message names file, row and
    /// key.</exception>
    public static IReadOnlyList<AuditQuestion> Read(string path, QuestionForm? form = null, int perSubject = 0)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentOutOfRangeException.ThrowIfNegative(perSubject);
        if (new FileInfo(DataFile.Existing(path)).Length == 0)
        {
            throw new PalimpsestException($"{path}: the file is empty. Put at least one row like {{\"question\": \"...\", \"answer\": \"...\"}} into it.");
        }

        if (Path.GetExtension(path).Equals(".txt", StringComparison.OrdinalIgnoreCase))
        {
            throw new PalimpsestException($"{path}: plain text has no questions. Bring them as JSON lines or a table with the columns question and answer.");
        }

        QuestionRow row = new(form ?? QuestionForm.Plain);
        List<AuditQuestion> questions = [];
        foreach (TextExample _ in ExampleFile.Open(path, new ExampleFileOptions { Reader = row, CanSkipBad = false }).From(0).Select(found => found.Example))
        {
            questions.Add(row.Last!);
        }

        return perSubject == 0 ? questions : [.. questions.Chunk(perSubject).SelectMany((group, i) => Named(group, i * perSubject))];
    }

    private static IEnumerable<AuditQuestion> Named(AuditQuestion[] group, int before)
    {
        string subject = CommonName.Of([.. group.Select(question => $"{question.Question} {question.Answer}")])
            ?? FormattableString.Invariant($"rows {before + 1}-{before + group.Length}");
        return group.Select(question => question.Subject is null ? question with { Subject = subject } : question);
    }
}
