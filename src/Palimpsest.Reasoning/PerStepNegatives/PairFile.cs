using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Reasoning.Rollouts;

namespace Palimpsest.Reasoning.PerStepNegatives;

/// <summary>Writes pairs as JSON lines, <c>{"prompt", "chosen", "rejected", "step"}</c>, which fine-tunings on preferences read here and in TRL.</summary>
/// <remarks>Those readers put a begin token before the prompt and an end token behind both answers; the arms of this library leave a cut solution open. In the
/// form of chats a pair is three lists of messages, and steps that both share begin both answers: their part of the loss falls out of it.</remarks>
public static class PairFile
{
    /// <summary>Writes a file whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="problems">What they were asked as.</param>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<StepPair> pairs, TextProblems problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        JsonLines.Write(path, pairs.Select(pair =>
        {
            string shared = problems.Behind(problems.Prompt(pair.Problem), pair.Prompt);
            string chosen = problems.Behind(pair.Prompt, [.. pair.Prompt, .. pair.Chosen]);
            string rejected = problems.Behind(pair.Prompt, [.. pair.Prompt, .. pair.Rejected]);
            string? prompt = problems.PromptText(pair.Problem);
            return new JsonObject
            {
                ["prompt"] = prompt is null ? new JsonArray(TextProblems.Message("user", problems.Question(pair.Problem))) : prompt + shared,
                ["chosen"] = prompt is null ? new JsonArray(TextProblems.Message("assistant", shared + chosen)) : chosen,
                ["rejected"] = prompt is null ? new JsonArray(TextProblems.Message("assistant", shared + rejected)) : rejected,
                ["step"] = pair.Step,
            };
        }));
    }
}
