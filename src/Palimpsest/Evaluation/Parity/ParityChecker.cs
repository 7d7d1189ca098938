using System.Text.Json.Nodes;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models;
using Palimpsest.Models.Encoders;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;

namespace Palimpsest.Evaluation.Parity;

/// <summary>Checks a model, an encoder or a tokenizer against the reference outputs lying in its folder; an adapter likewise.</summary>
public static class ParityChecker
{
    /// <summary>Largest difference allowed, absolute for outputs and relative to the largest value for losses and gradients.</summary>
    internal const double Tolerance = 1e-4;

    /// <summary>Runs all comparisons that there are references for, in f32.</summary>
    /// <param name="path">
    /// A model folder or a GGUF or llama2.c file with <c>expected.safetensors</c> and <c>expected.json</c> beside the weights, a folder of a BERT or sentence encoder or of a PEFT adapter with the same, or a tokenizer
    /// folder with <c>vectors.jsonl</c>.
    /// </param>
    /// <param name="context">An f32 context.</param>
    /// <param name="configName">Which configuration of a folder to load.</param>
    /// <returns>A row for each comparison.</returns>
    /// <exception cref="PalimpsestException">The model cannot be loaded or there are no references.</exception>
    public static IReadOnlyList<ParityRow> Check(string path, TorchContext context, string configName = "config.json")
    {
        bool file = File.Exists(path);
        if (!file && !Directory.Exists(path))
        {
            throw new PalimpsestException($"{path}: no such folder or file.");
        }

        string folder = file ? Path.GetDirectoryName(Path.GetFullPath(path))! : path, references = Path.Combine(folder, "expected.safetensors"), vectors = Path.Combine(folder, TokenizerParity.FileName);
        List<ParityRow> rows = File.Exists(vectors) && !file ? [TokenizerParity.Check(folder)] : [];
        if (File.Exists(references))
        {
            using SafetensorsFile expected = SafetensorsFile.Open(references);
            rows.AddRange(Outputs(path, file, folder, expected, context, configName));
        }

        return rows.Count > 0 ? rows : throw new PalimpsestException($"{folder}: holds no references. A model to be checked has expected.json and expected.safetensors beside it, with logits, hidden.I, logits_left_padded, greedy, grad.NAME or embeddings; a tokenizer has {TokenizerParity.FileName}.");
    }

    private static List<ParityRow> Outputs(string path, bool file, string folder, SafetensorsFile expected, TorchContext context, string configName)
    {
        if (file)
        {
            using ModelSource single = ModelSource.Open(path);
            return [.. CausalParity.Check(single, folder, expected, 16, context), .. TokenizerParity.CheckTexts(single, Path.Combine(folder, "expected.json"))];
        }

        if (AdapterParity.Recognises(path))
        {
            return AdapterParity.Check(path, expected, context);
        }

        if (SentenceEncoder.Recognises(path))
        {
            return EncoderParity.CheckSentences(path, expected, context);
        }

        if (EncoderConfig.Recognises(ConfigReader.Open(Path.Combine(path, configName))))
        {
            return EncoderParity.Check(path, expected, context);
        }

        using ModelSource source = ModelSource.Open(path, configName);
        return CausalParity.Check(source, folder, expected, 24, context);
    }

    /// <summary>The loss in <c>expected.json</c>, or null.</summary>
    internal static double? Loss(string path) => File.Exists(path) && JsonNode.Parse(File.ReadAllText(path))?["loss"] is JsonValue value && value.TryGetValue(out double loss) ? loss : null;
}
