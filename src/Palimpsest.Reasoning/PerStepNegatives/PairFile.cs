using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Text;

namespace Palimpsest.Reasoning.PerStepNegatives;

/// <summary>Writes pairs as JSON lines, <c>{"prompt", "chosen", "rejected", "step"}</c>, which fine-tunings on preferences read here and in TRL.</summary>
/// <remarks>Those readers put an end token behind both answers, where the arms of this library leave a cut solution open.</remarks>
public static class PairFile
{
    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pairs">The pairs.</param>
    /// <param name="tokenizer">Makes text of them; special tokens of prompts are spelled out, those of answers left out.</param>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<StepPair> pairs, Tokenizer tokenizer) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter lines = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (StepPair pair in pairs)
        {
            lines.WriteLine(new JsonObject
            {
                ["prompt"] = tokenizer.Decode(pair.Prompt, skipSpecialTokens: false),
                ["chosen"] = tokenizer.Decode(pair.Chosen),
                ["rejected"] = tokenizer.Decode(pair.Rejected),
                ["step"] = pair.Step,
            }.ToJsonString(s_relaxed));
        }
    });
}
