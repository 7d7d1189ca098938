using System.Runtime.InteropServices;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Evaluation.Parity;

/// <summary>
/// Checks any model against reference outputs: <c>hidden.I</c>, <c>mean_pooled</c>, <c>logits</c>, the loss, and <c>grad.NAME</c> of every parameter.
/// </summary>
/// <remarks>
/// Inputs are <c>input_ids</c>, <c>labels</c> and, for encoders, <c>attention_mask</c> and <c>token_type_ids</c>. Labels of -100 carry no loss; those of a
/// causal model are shifted. Tolerances: 1e-4 absolute for
/// logits and hidden states, 1e-4 of the tensor's largest value for loss and gradients.
/// </remarks>
internal static class ModelParity
{
    private const string Gradient = "grad.";
    private const double Tolerance = ParityChecker.Tolerance;

    /// <summary>The hidden state of the reference's inputs.</summary>
    public static Tensor Hidden(TransformerModel model, References references) => model is EncoderModel encoder
        ? encoder.Hidden(references.Load("input_ids"), references.Find("attention_mask"), references.Find("token_type_ids"))
        : ((CausalModel)model).Hidden(references.Load("input_ids"));

    /// <summary>The mean loss of the reference's labels.</summary>
    public static Tensor Loss(TransformerModel model, Tensor hidden, References references)
    {
        Tensor labels = references.Load("labels");
        if (model is CausalModel causal)
        {
            (long[] rows, long[] targets) = CausalParity.Targets(MemoryMarshal.Cast<byte, long>(labels.bytes).ToArray(), (int)hidden.size(1));
            return Ops.Scale(causal.LossSum(hidden, rows, targets), 1.0 / rows.Length);
        }

        Tensor logits = model.Logits(hidden); // [batch, time, vocabulary] or [batch, classes]
        return nn.functional.cross_entropy(logits.view(-1, logits.size(-1)), labels.view(-1), ignore_index: -100);
    }

    public static void CheckForward(TransformerModel model, References references)
    {
        if (!references.Has("input_ids"))
        {
            return;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Dictionary<int, Tensor> states = [];
        List<IDisposable> hooks = [];
        int layers = model.Config.Layers;
        string last = model is EncoderModel ? $"blocks.{layers - 1}.hook_resid_post" : "hook_final_norm";
        for (int layer = 0; layer <= layers; layer++)
        {
            int index = layer;
            hooks.Add(model.Hooks.Add(layer < layers ? $"blocks.{layer}.hook_resid_pre" : last, x =>
            {
                states[index] = x.clone().DetachFromDisposeScope();
                return x;
            }));
        }

        Tensor hidden = Hidden(model, references);
        hooks.ForEach(hook => hook.Dispose());
        foreach ((int index, Tensor state) in states.OrderBy(pair => pair.Key))
        {
            references.Compare($"hidden.{index}", state);
            state.Dispose();
        }

        if (references.Find("attention_mask") is Tensor mask)
        {
            references.Compare("mean_pooled", EncoderModel.MeanPooled(hidden, mask));
        }

        if (model.Head is not null)
        {
            references.Compare("logits", model.Logits(hidden));
        }
    }

    public static void CheckGradients(TransformerModel model, References references)
    {
        string[] names = [.. references.Names.Where(name => name.StartsWith(Gradient, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        if (!references.Has("labels") || !references.Has("input_ids") || (names.Length == 0 && references.Loss is null) || model.Head is null)
        {
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        FlatParameters flat = model.Parameters.Flat!;
        flat.ZeroGradients();
        Tensor loss = Loss(model, Hidden(model, references), references);
        Autograd.Backward(loss);
        if (references.Loss is double wanted)
        {
            references.Rows.Add(new ParityRow("loss", Math.Abs(Ops.Value(loss) - wanted) / Math.Abs(wanted), Tolerance, "of largest"));
        }

        // A key's bias shifts all scores of a query alike, so its true gradient is zero and both sides hold rounding: such tensors are held against a
        // thousandth of the largest gradient of all.
        HashSet<string> own = [.. flat.Layout.Slots.Select(slot => slot.Name)];
        Dictionary<string, Tensor> gradients = names.Where(name => own.Contains(name[Gradient.Length..])).ToDictionary(name => name, references.Load);
        double floor = gradients.Values.Select(gradient => Ops.Value(gradient.abs().max())).DefaultIfEmpty(0).Max() * 1e-3;
        foreach ((string name, Tensor expected) in gradients)
        {
            string parameter = name[Gradient.Length..];
            Tensor actual = flat[parameter].grad!;
            double difference = References.Difference(model.Config.IsStoredTransposed(parameter) ? actual.t() : actual, expected);
            double largest = Math.Max(Ops.Value(expected.abs().max()), Math.Max(floor, double.Epsilon));
            references.Rows.Add(new ParityRow(name, difference / largest, Tolerance, "of largest"));
        }

        if (gradients.Count > 0)
        {
            IEnumerable<string> without = own.Where(name => !gradients.ContainsKey(Gradient + name)).Order(StringComparer.Ordinal);
            references.Rows.AddRange(without.Select(name => ParityRow.NotCompared(Gradient + name, "there is no reference")));
        }
    }
}
