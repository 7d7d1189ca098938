using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Reasoning.Rollouts;

namespace Palimpsest.Reasoning.PerStepNegatives;

/// <summary>Writes pairs as JSON lines, <c>{"prompt", "chosen", "rejected", "step"}</c>, which fine-tunings on preferences read here and in TRL.</summary>
/// <remarks>Those readers put a begin token before the prompt and an end token behind both answers; the arms of this library leave a cut solution open. In the
/// form of chats a pair is three lists of messages, and steps that both share begin both answers: their part of the loss falls out of it.</remarks>
public static class PairFile
{
    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="problems">What they were asked as.</param>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<StepPair> pairs, TextProblems problems) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter lines = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (StepPair pair in pairs)
        {
            int[] bare = problems.Prompt(pair.Problem);
            string shared = Behind(bare, pair.Prompt), chosen = Behind(pair.Prompt, [.. pair.Prompt, .. pair.Chosen]),
                rejected = Behind(pair.Prompt, [.. pair.Prompt, .. pair.Rejected]);
            string? prompt = problems.PromptText(pair.Problem);
            lines.WriteLine(new JsonObject
            {
                ["prompt"] = prompt is null ? Message("user", problems.Question(pair.Problem)) : prompt + shared,
                ["chosen"] = prompt is null ? Message("assistant", shared + chosen) : chosen,
                ["rejected"] = prompt is null ? Message("assistant", shared + rejected) : rejected,
                ["step"] = pair.Step,
            }.ToJsonString(s_relaxed));
        }

        // The text of the whole less that of its beginning: tokens alone lose the space before their first word.
        string Behind(int[] head, int[] whole)
        {
            (string start, string all) = (problems.Text(head), problems.Text(whole));
            return all.StartsWith(start, StringComparison.Ordinal) ? all[start.Length..] : problems.Text(whole.AsSpan(head.Length));
        }
    });

    private static JsonArray Message(string role, string content) => [new JsonObject { ["role"] = role, ["content"] = content }];
}
