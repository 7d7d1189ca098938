using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models;
using Palimpsest.Models.Encoders;
using Palimpsest.Models.Sources;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Evaluation.Parity;

/// <summary>Checks an encoder against reference outputs: <c>hidden.I</c>, <c>mean_pooled</c>, <c>logits</c>, <c>grad.NAME</c>, or the <c>embeddings</c> of the sentences in <c>expected.json</c>.</summary>
internal static class EncoderParity
{
    private const double Tolerance = ParityChecker.Tolerance;

    /// <summary>Compares a BERT model.</summary>
    public static List<ParityRow> Check(string folder, SafetensorsFile expected, TorchContext context)
    {
        List<ParityRow> rows = [];
        using EncoderModel model = EncoderModel.Load(folder, context, LoadMode.Trainable);
        using DisposeScope scope = NewDisposeScope();
        Tensor Load(string name) => TensorBytes.Read(expected, expected[name]);
        void Compare(string name, Tensor actual)
        {
            if (expected.Entries.ContainsKey(name))
            {
                rows.Add(new ParityRow(name, Ops.Value(Ops.Subtract(actual.detach(), Load(name)).abs().max()), Tolerance, "absolute"));
            }
        }

        Tensor mask = Load("attention_mask");
        Tensor hidden = model.Hidden(Load("input_ids"), mask, (layer, x) => Compare($"hidden.{layer}", x));
        Compare("mean_pooled", EncoderModel.MeanPooled(hidden, mask));
        if (model.Config.Head == EncoderHead.None)
        {
            return rows;
        }

        Tensor logits = model.Logits(hidden); // [batch, time, vocabulary] or [batch, classes]
        Compare("logits", logits);
        if (!expected.Entries.ContainsKey("labels") || ParityChecker.Loss(Path.Combine(folder, "expected.json")) is not double wanted)
        {
            return rows;
        }

        model.Parameters.Flat!.ZeroGradients();
        Tensor loss = nn.functional.cross_entropy(logits.view(-1, logits.size(-1)), Load("labels").view(-1), ignore_index: -100);
        Autograd.Backward(loss);
        rows.Add(new ParityRow("loss", Math.Abs(Ops.Value(loss) - wanted) / Math.Abs(wanted), Tolerance, "of largest"));
        Dictionary<string, Tensor> gradients = expected.Entries.Keys.Where(name => name.StartsWith("grad.", StringComparison.Ordinal)).ToDictionary(name => name, Load, StringComparer.Ordinal);

        // A key's bias shifts all scores of a query alike, so its true gradient is zero and both sides hold rounding: such tensors are held against a thousandth of the largest gradient of all.
        double floor = gradients.Values.Max(gradient => Ops.Value(gradient.abs().max())) * 1e-3;
        foreach ((string name, Tensor reference) in gradients.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            double difference = Ops.Value(Ops.Subtract(model.Parameters[name["grad.".Length..]].grad!, reference).abs().max());
            rows.Add(new ParityRow(name, difference / Math.Max(Ops.Value(reference.abs().max()), floor), Tolerance, "of largest"));
        }

        return rows;
    }

    /// <summary>Compares a sentence encoder: the tokens and the vectors of sentences.</summary>
    public static List<ParityRow> CheckSentences(string folder, SafetensorsFile expected, TorchContext context)
    {
        string json = Path.Combine(folder, "expected.json");
        if (!File.Exists(json) || JsonNode.Parse(File.ReadAllText(json)) is not JsonObject reference || reference["sentences"] is not JsonArray sentences)
        {
            throw new PalimpsestException($"{json}: must name the \"sentences\" whose embeddings are in expected.safetensors.");
        }

        using SentenceEncoder encoder = SentenceEncoder.Load(folder, context);
        string[] texts = [.. sentences.Select(text => text!.ToString())];
        List<ParityRow> rows = [];
        if (reference["ids"] is JsonArray ids)
        {
            rows.Add(new ParityRow($"tokenizer ({texts.Length} texts)", texts.Zip(ids).Count(pair => !encoder.Encode(pair.First).SequenceEqual(pair.Second!.AsArray().Select(id => (int)id!))), 0, "items"));
        }

        using Tensor wanted = TensorBytes.Read(expected, expected["embeddings"]);
        float[] values = MemoryMarshal.Cast<byte, float>(wanted.bytes).ToArray(), made = [.. encoder.Embed(texts).SelectMany(vector => vector)];
        double largest = values.Length == made.Length ? values.Zip(made).Max(pair => Math.Abs((double)pair.First - pair.Second)) : double.PositiveInfinity;
        rows.Add(new ParityRow("embeddings", largest, Tolerance, "absolute"));
        return rows;
    }
}
