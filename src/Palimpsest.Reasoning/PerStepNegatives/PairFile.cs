using System.Text.Json.Nodes;
using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Text;

namespace Palimpsest.Reasoning.PerStepNegatives;

/// <summary>Writes pairs as JSON lines, <c>{"prompt", "chosen", "rejected", "step"}</c>, which fine-tunings on preferences read here and in TRL.</summary>
/// <remarks>Those readers put an end token behind both answers, where the arms of this library leave a cut solution open.</remarks>
public static class PairFile
{
    /// <summary>Writes a file whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="tokenizer">Makes text of them; special tokens of prompts are spelled out, those of answers left out.</param>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<StepPair> pairs, Tokenizer tokenizer) => JsonLines.Write(path, pairs.Select(pair => new JsonObject
    {
        ["prompt"] = tokenizer.Decode(pair.Prompt, skipSpecialTokens: false),
        ["chosen"] = tokenizer.Decode(pair.Chosen),
        ["rejected"] = tokenizer.Decode(pair.Rejected),
        ["step"] = pair.Step,
    }));
}
