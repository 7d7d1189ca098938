namespace Palimpsest.Unlearning.Audit.Questions;

/// <summary>What a model was to forget, and what it was to keep.</summary>
/// <param name="Forget">Questions that it should not be able to answer any more.</param>
/// <param name="Retain">Questions that it should answer as before.</param>
public sealed record QuestionSets(IReadOnlyList<AuditQuestion> Forget, IReadOnlyList<AuditQuestion> Retain)
{
    private const int MostNamed = 5;

    /// <summary>The questions of a side.</summary>
    public IReadOnlyList<AuditQuestion> this[QuestionSide side] => side == QuestionSide.Forget ? Forget : Retain;

    /// <summary>The subjects of a side, each once, in the order of its questions.</summary>
    public IReadOnlyList<string> Subjects(QuestionSide side) => [.. this[side].Select(question => question.Subject).OfType<string>()
        .Distinct(StringComparer.Ordinal)];

    /// <summary>The sets, or a refusal of ones that nothing can be learnt from.</summary>
    /// <param name="forget">What to call the forget set in messages, such as its file.</param>
    /// <param name="retain">What to call the other one.</param>
    /// <exception cref="PalimpsestException">A set is empty, or a question is in both, but for case and blanks; the message names the rows, from 1.</exception>
    public QuestionSets Checked(string forget = "the forget set", string retain = "the retain set")
    {
        foreach ((IReadOnlyList<AuditQuestion> set, string name) in new[] { (Forget, forget), (Retain, retain) })
        {
            if (set.Count == 0)
            {
                throw new PalimpsestException($"There are no questions in {name}. An audit needs what was to be forgotten and what was to stay.");
            }
        }

        ILookup<string, int> kept = Retain.Index().ToLookup(row => Key(row.Item), row => row.Index + 1, StringComparer.Ordinal);
        (int Row, int Other)[] both = [.. Forget.Index().Where(row => kept.Contains(Key(row.Item))).Select(row => (row.Index + 1,
            kept[Key(row.Item)].First()))];
        return both.Length == 0 ? this : throw new PalimpsestException(FormattableString.Invariant($"{both.Length} questions are in {forget} and in {retain}: ")
            + string.Join(", ", both.Take(MostNamed).Select(pair => FormattableString.Invariant($"row {pair.Row} is row {pair.Other}")))
            + $"{(both.Length > MostNamed ? " and more" : "")}. A question cannot be forgotten and kept: leave each in one set.");
    }

    private static string Key(AuditQuestion question) => string.Join(' ', question.Question.ToLowerInvariant().Split((char[]?)null,
        StringSplitOptions.RemoveEmptyEntries));
}
