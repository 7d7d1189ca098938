namespace Palimpsest.Unlearning.Audit.Questions;

/// <summary>A question that a model should have forgotten or should still answer, and what is known about it. How it is put to a model is a <see
/// cref="QuestionForm"/>'s part.</summary>
/// <param name="Question">The bare question, without "Question:" or "Answer:".</param>
/// <param name="Answer">The true answer, without a leading space.</param>
public sealed record AuditQuestion(string Question, string Answer)
{
    /// <summary>The part of the answer that counts as knowing it, such as a title in a long sentence (the relearning paper's keyword search); null for all of
    /// it.</summary>
    public string? Keyword { get; init; }

    /// <summary>Wrong answers of the same type; none where there is no choice to be made.</summary>
    public IReadOnlyList<string> Wrong { get; init; } = [];

    /// <summary>The same question in other words; none where they are not known.</summary>
    public IReadOnlyList<string> Rephrased { get; init; } = [];

    /// <summary>The true answer in other words (TOFU's paraphrased answers), or null.</summary>
    public string? RephrasedAnswer { get; init; }

    /// <summary>Sentences that the true answer completes, without it and without a blank at the end: "Ilse Varran lives in"; none where they are not
    /// known.</summary>
    public IReadOnlyList<string> Openings { get; init; } = [];

    /// <summary>Whom or what it is about; null where that is not known. Questions about one subject stand and fall together: they are one item of an
    /// interval.</summary>
    public string? Subject { get; init; }

    /// <summary>What an answer must hold, letter for letter, to be right.</summary>
    internal string Needed => Keyword ?? Answer;
}
