namespace Palimpsest.Data.Worlds;

/// <summary>How one relation is worded.</summary>
/// <param name="Name">Short name, as in <see cref="Relation.Name"/>.</param>
/// <param name="Label">Label of the field in a document.</param>
/// <param name="Values">The pool of values; null where the values are names of general entities, which depend on the seed.</param>
/// <param name="Statements">Statement templates; the last <see cref="HeldOutStatements"/> are held out from owners' training examples.</param>
/// <param name="Questions">Question templates; the last <see cref="HeldOutQuestions"/> are held out from owners' training examples.</param>
/// <remarks>
/// Templates: <c>{S}</c> the subject, <c>{S's}</c> its possessive, <c>{O}</c> the subject as an object; these three become pronouns where the subject has just been named.
/// <c>{he}</c>, <c>{his}</c>, <c>{him}</c> are always pronouns; <c>{V}</c> is the value and <c>{A}</c> the value with "a" or "an". A template begins in lower case.
/// </remarks>
internal sealed record RelationText(string Name, string Label, string[]? Values, string[] Statements, string[] Questions)
{
    public const int HeldOutStatements = 2;
    public const int HeldOutQuestions = 3;
}
