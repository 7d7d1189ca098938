using System.Globalization;
using Palimpsest.Evaluation;
using Palimpsest.Models;

namespace Palimpsest.Jobs;

/// <summary>One prompt and what models made of it.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Expected">The true continuation.</param>
/// <param name="Made">The greedy continuations, one a model.</param>
public sealed record JobSample(string Prompt, string Expected, IReadOnlyList<string> Made)
{
    /// <summary>The samples of a suite.</summary>
    /// <param name="suite">The prompts.</param>
    /// <param name="model">Continues them.</param>
    /// <param name="shown">Whether they hold the owner's words.</param>
    internal static IReadOnlyList<JobSample> Of(EvaluationSuite suite, LanguageModel model, bool shown) =>
        [.. suite.Samples(model).Select(sample => new JobSample(sample.Prompt, sample.Expected, [sample.Made])).Select(sample => shown
            ? sample : sample.Redacted())];

    /// <summary>The sample without the owner's words: lengths, and whether an answer is the expected one.</summary>
    public JobSample Redacted() => new(Length(Prompt), Length(Expected), [.. Made.Select(made => ExactMatch.Same(made, Expected) ? "the expected text" : "another text")]);

    private static string Length(string text) => string.Create(CultureInfo.InvariantCulture, $"({text.Length} characters, not shown)");
}
