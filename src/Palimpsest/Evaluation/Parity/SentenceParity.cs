using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Palimpsest.Models;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Evaluation.Parity;

/// <summary>Checks a sentence encoder: the <c>ids</c> and the <c>embeddings</c> of the <c>sentences</c> in <c>expected.json</c>.</summary>
internal static class SentenceParity
{
    public static void Check(string folder, References references, TorchContext context)
    {
        JsonArray sentences = references.List("sentences")
            ?? throw new PalimpsestException($"{folder}: expected.json must name the \"sentences\" whose embeddings are in {References.FileName}.");
        using SentenceEncoder encoder = SentenceEncoder.Load(folder, context);
        string[] texts = [.. sentences.Select(text => text!.ToString())];
        if (references.List("ids") is JsonArray ids)
        {
            int different = texts.Zip(ids).Count(pair => !encoder.Encode(pair.First).SequenceEqual(pair.Second!.AsArray().Select(id => (int)id!)));
            references.Rows.Add(new ParityRow($"tokenizer ({texts.Length} texts)", different, 0, "items"));
        }

        using Tensor wanted = references.Load("embeddings");
        float[] values = MemoryMarshal.Cast<byte, float>(wanted.bytes).ToArray(), made = [.. encoder.Embed(texts).SelectMany(vector => vector)];
        double largest = values.Length == made.Length ? values.Zip(made).Max(pair => Math.Abs((double)pair.First - pair.Second)) : double.NaN;
        references.Rows.Add(new ParityRow("embeddings", largest, ParityChecker.Tolerance, "absolute"));
    }
}
