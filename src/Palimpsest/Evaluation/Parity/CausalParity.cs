using System.Runtime.InteropServices;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Evaluation.Parity;

/// <summary>Checks a causal model against reference outputs lying beside it: <c>expected.json</c> and <c>expected.safetensors</c>.</summary>
/// <remarks>
/// Tensors understood: <c>input_ids</c>, <c>labels</c>, <c>attention_mask</c>, <c>logits</c>, <c>hidden.I</c>, <c>logits_left_padded</c>, <c>greedy</c>, <c>grad.NAME</c>; labels of -100 carry no
/// loss and are shifted by the model. Tolerances: 1e-4 absolute for logits and hidden states, 1e-4 of the tensor's largest value for loss and gradients, equality for greedy tokens.
/// Left-padded rows are compared where the mask is 1.
/// </remarks>
internal sealed class CausalParity
{
    private const double Tolerance = ParityChecker.Tolerance;
    private readonly CausalModel _model;
    private readonly SafetensorsFile _expected;
    private readonly List<ParityRow> _rows = [];

    private CausalParity(CausalModel model, SafetensorsFile expected)
    {
        _model = model;
        _expected = expected;
    }

    /// <summary>Runs all comparisons that there are references for, in f32.</summary>
    /// <param name="source">The model.</param>
    /// <param name="folder">Where the references lie.</param>
    /// <param name="expected">The references.</param>
    /// <param name="greedy">How many of the tokens of <c>greedy</c> the model makes.</param>
    /// <param name="context">An f32 context.</param>
    public static List<ParityRow> Check(ModelSource source, string folder, SafetensorsFile expected, int greedy, TorchContext context)
    {
        using CausalModel model = source.Load(context);
        using DisposeScope scope = NewDisposeScope();
        CausalParity checker = new(model, expected);
        checker.CheckForward();
        checker.CheckLeftPadded();
        checker.CheckGreedy(greedy);
        checker.CheckGradients(Path.Combine(folder, "expected.json"));
        checker.CheckPacked();
        return checker._rows;
    }

    private bool Has(string name) => _expected.Entries.ContainsKey(name);

    private Tensor Load(string name) => TensorBytes.Read(_expected, _expected[name]);

    private void CheckForward()
    {
        if (!Has("input_ids"))
        {
            return;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Dictionary<int, Tensor> states = [];
        List<IDisposable> hooks = [];
        int layers = _model.Config.Layers;
        for (int layer = 0; layer <= layers; layer++)
        {
            int index = layer;
            hooks.Add(_model.Hooks.Add(layer < layers ? $"blocks.{layer}.hook_resid_pre" : "hook_final_norm", x =>
            {
                states[index] = x.clone().MoveToOuterDisposeScope().MoveToOuterDisposeScope();
                return x;
            }));
        }

        Tensor logits = _model.Logits(_model.Hidden(Load("input_ids")));
        hooks.ForEach(hook => hook.Dispose());
        foreach ((int index, Tensor state) in states.OrderBy(pair => pair.Key))
        {
            if (Has($"hidden.{index}"))
            {
                Compare($"hidden.{index}", state, Load($"hidden.{index}"));
            }
        }

        if (Has("logits"))
        {
            Compare("logits", logits, Load("logits"));
        }
    }

    private void CheckLeftPadded()
    {
        if (!Has("logits_left_padded") || !Has("input_ids"))
        {
            return;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = Load("input_ids"), expected = Load("logits_left_padded");
        int time = (int)ids.size(1);
        int[] padding = [.. Enumerable.Range(0, (int)ids.size(0)).Select(row => row == 1 ? 6 : 0)];
        AttentionScope attention = new(TorchDecoder.Positions(padding, 0, time), TorchDecoder.Mask(padding, 0, time, _model.Context.Device));
        Tensor logits = _model.Logits(_model.Hidden(ids, attention));
        Tensor real = cat([.. Enumerable.Range(0, padding.Length).Select(row => logits[row].narrow(0, padding[row], time - padding[row]))]);
        Tensor wanted = cat([.. Enumerable.Range(0, padding.Length).Select(row => expected[row].narrow(0, padding[row], time - padding[row]))]);
        Compare("logits_left_padded", real, wanted);
    }

    private void CheckGreedy(int count)
    {
        if (!Has("greedy"))
        {
            return;
        }

        using Tensor greedy = Load("greedy");
        int[] ids = [.. MemoryMarshal.Cast<byte, long>(greedy.bytes).ToArray().Select(id => (int)id)];
        int prompt = ids.Length - count;
        int[] made = TextGenerator.Generate(_model, [ids[..prompt]], new SamplingOptions { MaxNewTokens = count, StopAtEnd = false }, new RandomStream(0))[0];
        int different = made.Zip(ids[prompt..]).Count(pair => pair.First != pair.Second) + Math.Abs(count - made.Length);
        _rows.Add(new ParityRow("greedy", different, 0, "items"));
    }

    private void CheckGradients(string json)
    {
        string[] names = [.. _expected.Entries.Keys.Where(name => name.StartsWith("grad.", StringComparison.Ordinal))];
        if (!Has("labels") || !Has("input_ids") || _model.Parameters.Flat is not FlatParameters flat)
        {
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor ids = Load("input_ids");
        long[] labels = MemoryMarshal.Cast<byte, long>(Load("labels").bytes).ToArray();
        (long[] rows, long[] targets) = Targets(labels, (int)ids.size(1));
        flat.ZeroGradients();
        Tensor loss = Ops.Scale(_model.LossSum(_model.Hidden(ids), rows, targets), 1.0 / rows.Length);
        Autograd.Backward(loss);
        if (ParityChecker.Loss(json) is double wanted)
        {
            _rows.Add(new ParityRow("loss", Math.Abs(Ops.Value(loss) - wanted) / Math.Abs(wanted), Tolerance, "of largest"));
        }

        foreach (string name in names.OrderBy(name => name, StringComparer.Ordinal))
        {
            Tensor expected = Load(name);
            double largest = Math.Max(Ops.Value(expected.abs().max()), double.Epsilon);
            string parameter = name["grad.".Length..];
            Tensor actual = _model.Parameters[parameter].grad!;
            double difference = Ops.Value(Ops.Subtract(_model.Config.IsStoredTransposed(parameter) ? actual.t() : actual, expected).abs().max());
            _rows.Add(new ParityRow(name, difference / largest, Tolerance, "of largest"));
        }
    }

    private void CheckPacked()
    {
        if (!Has("packed.logits"))
        {
            return;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = Load("packed.ids");

        // Packed logits beside a trajectory are those of the weights at its end.
        foreach (ParameterSlot slot in _model.Parameters.Layout.Slots.Where(slot => Has($"final.{slot.Name}")))
        {
            _model.Parameters[slot.Name].copy_(Load($"final.{slot.Name}"));
        }

        long[] Numbers(string name) => MemoryMarshal.Cast<byte, long>(Load(name).bytes).ToArray();
        TokenBatch batch = new(Numbers("packed.ids"), (int)ids.size(0), (int)ids.size(1), [], [], (int)ids.NumberOfElements) { Positions = Numbers("packed.positions"), Documents = Numbers("packed.segments") };
        Compare("packed.logits", _model.Logits(_model.Hidden(ids, AttentionScope.Of(batch, _model.Context.Device))), Load("packed.logits"));
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

    private void Compare(string name, Tensor actual, Tensor expected) =>
        _rows.Add(new ParityRow(name, Ops.Value(Ops.Subtract(actual, expected).abs().max()), Tolerance, "absolute"));
}
