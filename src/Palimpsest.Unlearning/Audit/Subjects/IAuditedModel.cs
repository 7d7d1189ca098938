using Palimpsest.Evaluation;

namespace Palimpsest.Unlearning.Audit.Subjects;

/// <summary>What an audit asks: a model's weights alone, or weights behind something that looks at the prompt first (a guardrail, examples in the context,
/// corrupted embeddings). Not safe for use by several threads.</summary>
public interface IAuditedModel
{
    /// <summary>Name for people, such as "npo".</summary>
    string Label { get; }

    /// <summary>Log-likelihoods of all completions.</summary>
    /// <param name="items">Prompts with their completions.</param>
    /// <returns>Sums of log-probabilities in nats, one a completion, an array an item.</returns>
    double[][] Score(IReadOnlyList<ChoiceItem> items);

    /// <summary>How likely the true completion is, normalised for its length: the geometric mean over its tokens and, unless the item is open, the end token,
    /// in [0, 1].</summary>
    /// <param name="items">Prompts with their completions, of which the true one counts.</param>
    double[] Probability(IReadOnlyList<ChoiceItem> items);

    /// <summary>Greedy answers.</summary>
    /// <param name="items">Prompts; the completions are not looked at.</param>
    /// <param name="maxNewTokens">Longest answer.</param>
    /// <returns>The whole answers with all their lines, trimmed.</returns>
    string[] Answer(IReadOnlyList<ChoiceItem> items, int maxNewTokens = 48);
}
