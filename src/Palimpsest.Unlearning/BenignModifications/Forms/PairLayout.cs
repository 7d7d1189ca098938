using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.BenignModifications.Forms;

/// <summary>How two questions stand in one prompt, and two answers in one answer.</summary>
/// <param name="FirstQuestion">Before the first question.</param>
/// <param name="SecondQuestion">Between the two.</param>
/// <param name="FirstAnswer">Before the first answer, without a leading space.</param>
/// <param name="SecondAnswer">Between the two, with a leading space where it is a word of its own.</param>
internal sealed record PairLayout(string FirstQuestion, string SecondQuestion, string FirstAnswer, string SecondAnswer)
{
    /// <summary>Two questions in one sentence, as the embedded base has learnt them: <c>q1 And q2</c>, answered by <c>a1; a2</c>.</summary>
    public static PairLayout And { get; } = new("", " And ", "", ";");

    /// <summary>BLUR's: <c>1. q1 2. q2</c>, answered by <c>1. a1 2. a2</c>.</summary>
    public static PairLayout Numbered { get; } = new("1. ", " 2. ", "1.", " 2.");

    /// <summary>The two questions as one text.</summary>
    public string Ask(AuditQuestion first, AuditQuestion second) => FirstQuestion + first.Question + SecondQuestion + (this == And ? Continued(second)
        : second.Question);

    /// <summary>What an answer says before the first of the two; with a leading space unless it is empty.</summary>
    public string BeforeFirst => FirstAnswer.Length == 0 ? "" : " " + FirstAnswer;

    /// <summary>What an answer says before the second of the two.</summary>
    public string BeforeSecond(string first) => $"{BeforeFirst} {first}{SecondAnswer}";

    /// <summary>The first of the two answers in a text; all of it where nothing of the layout is found.</summary>
    public string FirstOf(string text)
    {
        string behind = FirstAnswer.Length > 0 && text.StartsWith(FirstAnswer, StringComparison.Ordinal) ? text[FirstAnswer.Length..] : text;
        int end = behind.IndexOf(SecondAnswer, StringComparison.Ordinal);
        return (end < 0 ? behind : behind[..end]).Trim();
    }

    // In the middle of a sentence, with a small letter unless a name begins it.
    private static string Continued(AuditQuestion question) => question.Subject is string subject && question.Question.StartsWith(subject,
        StringComparison.Ordinal)
        ? question.Question : char.ToLowerInvariant(question.Question[0]) + question.Question[1..];
}
