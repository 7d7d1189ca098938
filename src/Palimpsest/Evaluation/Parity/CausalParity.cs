using System.Runtime.InteropServices;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Evaluation.Parity;

/// <summary>
/// What is checked of causal models alone: <c>logits_left_padded</c> where <c>attention_mask</c> is 1, <c>greedy</c> tokens for equality, and packed rows.
/// </summary>
internal static class CausalParity
{
    public static void CheckLeftPadded(CausalModel model, References references)
    {
        if (!references.Has("logits_left_padded") || !references.Has("attention_mask"))
        {
            return;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = references.Load("input_ids"), expected = references.Load("logits_left_padded");
        int time = (int)ids.size(1);
        int[] padding = [.. Numbers(references, "attention_mask").Chunk(time).Select(row => row.Count(real => real == 0))];
        AttentionScope attention = new(TorchDecoder.Positions(padding, 0, time), TorchDecoder.Mask(padding, 0, time, model.Context.Device));
        Tensor logits = model.Logits(model.Hidden(ids, attention));
        Tensor Real(Tensor all) => cat([.. Enumerable.Range(0, padding.Length).Select(row => all[row].narrow(0, padding[row], time - padding[row]))]);
        references.Rows.Add(new ParityRow("logits_left_padded", References.Difference(Real(logits), Real(expected)), ParityChecker.Tolerance, "absolute"));
    }

    /// <param name="model">The model.</param>
    /// <param name="references">The references.</param>
    /// <param name="count">How many of the tokens of <c>greedy</c> the model makes.</param>
    public static void CheckGreedy(CausalModel model, References references, int count)
    {
        if (!references.Has("greedy"))
        {
            return;
        }

        int[] ids = [.. Numbers(references, "greedy").Select(id => (int)id)];
        int prompt = ids.Length - count;
        int[] made = TextGenerator.Generate(model, [ids[..prompt]], new SamplingOptions { MaxNewTokens = count, StopAtEnd = false }, new RandomStream(0))[0];
        int different = made.Zip(ids[prompt..]).Count(pair => pair.First != pair.Second) + Math.Abs(count - made.Length);
        references.Rows.Add(new ParityRow("greedy", different, 0, "items"));
    }

    public static void CheckPacked(CausalModel model, References references)
    {
        if (!references.Has("packed.logits"))
        {
            return;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = references.Load("packed.ids");

        // Packed logits beside a trajectory are those of the weights at its end.
        foreach (ParameterSlot slot in model.Parameters.Layout.Slots.Where(slot => references.Has($"final.{slot.Name}")))
        {
            model.Parameters[slot.Name].copy_(references.Load($"final.{slot.Name}"));
        }

        TokenBatch batch = new(Numbers(references, "packed.ids"), (int)ids.size(0), (int)ids.size(1), [], [], (int)ids.NumberOfElements)
        {
            Positions = Numbers(references, "packed.positions"),
            Documents = Numbers(references, "packed.segments"),
        };
        references.Compare("packed.logits", model.Logits(model.Hidden(ids, AttentionScope.Of(batch, model.Context.Device))));
    }

    /// <summary>Rows and targets of labels that are to be shifted: position t predicts label t + 1.</summary>
    internal static (long[] Rows, long[] Targets) Targets(long[] labels, int time)
    {
        List<long> rows = [], targets = [];
        for (int i = 0; i < labels.Length; i++)
        {
            if (i % time < time - 1 && labels[i + 1] >= 0)
            {
                rows.Add(i);
                targets.Add(labels[i + 1]);
            }
        }

        return ([.. rows], [.. targets]);
    }

    private static long[] Numbers(References references, string name)
    {
        using Tensor numbers = references.Load(name);
        return MemoryMarshal.Cast<byte, long>(numbers.bytes).ToArray();
    }
}
