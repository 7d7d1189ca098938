using Palimpsest.Data;
using Palimpsest.Models;

namespace Palimpsest.Evaluation;

/// <summary>How likely a model finds a true answer: p(answer | question)^(1 / tokens), the geometric mean over the answer's tokens, its end token included where the tokenizer has one.</summary>
/// <remarks>Maini et al., TOFU: A Task of Fictitious Unlearning for LLMs, 2024, section 2.2.1 (Probability).</remarks>
public static class AnswerProbability
{
    /// <summary>Measures answers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="examples">Questions and answers; the question carries no loss.</param>
    /// <returns>One in [0, 1] an example of at least one answer token.</returns>
    public static double[] Measure(LanguageModel model, IReadOnlyList<TextExample> examples) =>
        [.. TextPerplexity.Measure(model, examples).Select(text => Math.Exp(-text.Nats / text.Tokens))];
}
