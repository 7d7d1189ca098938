using Palimpsest.Cascades.Agreement;

namespace Palimpsest.Cascades.Predictors;

/// <summary>A function as a member of a tier: a classifier of any kind, a rule, a look-up.</summary>
/// <param name="name">Name in reports and prices.</param>
/// <param name="identity">What sets it apart.</param>
/// <param name="labels">What it chooses from; none for free answers.</param>
/// <param name="answer">The function.</param>
public sealed class FunctionPredictor(string name, string identity, IReadOnlyList<string> labels, Func<string, MemberReply> answer)
    : LocalPredictor(name, identity, labels)
{
    /// <inheritdoc/>
    protected override MemberReply Ask(string question, CancellationToken stop) => answer(question);
}
