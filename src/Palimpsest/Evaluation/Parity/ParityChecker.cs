using System.Text.Json.Nodes;
using Palimpsest.Models;
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
    /// A model folder or a GGUF or llama2.c file with <c>expected.safetensors</c> and <c>expected.json</c> beside the weights, a folder of an encoder, of a
    /// sentence encoder or of a PEFT adapter with the same, or a tokenizer
    /// folder with <c>vectors.jsonl</c>.
    /// </param>
    /// <param name="context">An f32 context.</param>
    /// <param name="configName">Which configuration of a folder to load.</param>
    /// <returns>A row for each comparison, one that fails for each reference that nothing here corresponds to, and one for each that is left to other
    /// checks.</returns>
    /// <exception cref="PalimpsestException">The model cannot be loaded or there are no references.</exception>
    public static IReadOnlyList<ParityRow> Check(string path, TorchContext context, string configName = "config.json")
    {
        bool file = File.Exists(path);
        if (!file && !Directory.Exists(path))
        {
            throw new PalimpsestException($"{path}: no such folder or file.");
        }

        string folder = file ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;
        List<ParityRow> rows = File.Exists(Path.Combine(folder, TokenizerParity.FileName)) && !file ? [TokenizerParity.Check(folder)] : [];
        if (File.Exists(Path.Combine(folder, References.FileName)))
        {
            using References references = new(folder);
            if (file)
            {
                CheckModel(path, references, greedy: 16, context, configName);
            }
            else if (AdapterParity.Recognises(path))
            {
                AdapterParity.Check(path, references, context);
            }
            else if (SentenceEncoder.Recognises(path))
            {
                SentenceParity.Check(path, references, context);
            }
            else
            {
                CheckModel(path, references, greedy: 24, context, configName);
            }

            rows.AddRange(references.Finish());
        }

        return rows.Any(row => row.Skipped is null)
            ? rows
            : throw new PalimpsestException(
                $"{folder}: holds no references. "
                + $"A model to be checked has expected.json and {References.FileName} beside it, with logits, hidden.I, "
                + $"logits_left_padded, greedy, grad.NAME or embeddings; a tokenizer has {TokenizerParity.FileName}.");
    }

    private static void CheckModel(string path, References references, int greedy, TorchContext context, string configName)
    {
        using ModelSource source = ModelSource.Open(path, configName);
        using TransformerModel model = source.Load<TransformerModel>(context);
        ModelParity.CheckForward(model, references);
        if (model is CausalModel causal)
        {
            CausalParity.CheckLeftPadded(causal, references);
            CausalParity.CheckGreedy(causal, references, greedy);
        }

        ModelParity.CheckGradients(model, references);
        if (model is CausalModel packed)
        {
            CausalParity.CheckPacked(packed, references);
        }

        if (references.List("texts") is JsonArray texts)
        {
            references.Rows.Add(TokenizerParity.CheckTexts(source, texts));
        }
    }
}
