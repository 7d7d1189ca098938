using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Models.Generation;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>Writes right solutions as JSON lines, <c>{"prompt", "completion"}</c> or the <c>{"messages"}</c> of a chat, which fine-tunings read: what rejection
/// finetuning (RFT) learns.</summary>
public static class SolutionFile
{
    /// <summary>Writes a file whole or not at all: each different right solution that the model ended, once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pool">The solutions.</param>
    /// <param name="problems">What they were asked as.</param>
    /// <returns>How many were written, and how many more are right but were cut off by the number of tokens.</returns>
    /// <exception cref="PalimpsestException">There is none, or the file cannot be written.</exception>
    public static (int Written, int CutOff) Write(string path, SolutionPool pool, TextProblems problems)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(problems);
        Trace[] all = [.. Enumerable.Range(0, problems.Count).SelectMany(problem => pool.Right(problem))];
        Trace[] right = [.. all.Where(trace => trace.End == CompletionEnd.EndToken)];
        if (right.Length == 0)
        {
            throw new PalimpsestException($"{path}: there is no right solution to write. Take easier problems, more samples, or another temperature or form"
                + (all.Length == 0 ? "." : $"; or more tokens: {all.Length} are right but were cut off before their end."));
        }

        JsonLines.Write(path, right.Select(trace =>
        {
            string solution = problems.Behind(trace.Prompt, trace.Sequence);
            return problems.PromptText(trace.Problem) is string prompt
                ? new JsonObject { ["prompt"] = prompt, ["completion"] = solution }
                : new JsonObject
                {
                    ["messages"] = new JsonArray(TextProblems.Message("user", problems.Question(trace.Problem)), TextProblems.Message("assistant", solution)),
                };
        }));
        return (right.Length, all.Length - right.Length);
    }
}
