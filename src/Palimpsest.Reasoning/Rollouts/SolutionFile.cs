using System.Text.Json.Nodes;
using Palimpsest.Models.Generation;
using Palimpsest.Text;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>Writes right solutions as JSON lines, <c>{"prompt", "completion"}</c>, which fine-tunings read: what rejection finetuning (RFT) learns.</summary>
public static class SolutionFile
{
    /// <summary>Writes a file whole or not at all: each different right solution that the model ended, once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pool">The solutions.</param>
    /// <param name="tokenizer">Makes text of them; special tokens of prompts are spelled out, those of solutions left out.</param>
    /// <returns>How many were written.</returns>
    /// <exception cref="PalimpsestException">There is none, or the file cannot be written.</exception>
    public static int Write(string path, SolutionPool pool, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(tokenizer);
        Trace[] right = [.. Enumerable.Range(0, pool.Problems.Count).SelectMany(problem => pool.Right(problem)).Where(trace => trace.End == CompletionEnd.EndToken)];
        if (right.Length == 0)
        {
            throw new PalimpsestException($"{path}: there is no right solution to write. Take easier problems, more samples, or another temperature or form.");
        }

        JsonLines.Write(path, right.Select(trace => new JsonObject
        {
            ["prompt"] = tokenizer.Decode(trace.Prompt, skipSpecialTokens: false),
            ["completion"] = tokenizer.Decode(trace.Solution),
        }));
        return right.Length;
    }
}
