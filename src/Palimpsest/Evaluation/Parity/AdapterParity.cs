using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Evaluation.Parity;

/// <summary>Checks an adapter in the PEFT format against reference outputs beside it: <c>logits</c>, <c>logits_disabled</c>, <c>logits_merged</c>, the loss, and <c>grad.KEY</c> of every trained tensor.</summary>
/// <remarks>The base model is where <c>base_model_name_or_path</c> says, as a folder or relative to the adapter's. Tolerances are absolute and those of the reference set.</remarks>
internal sealed class AdapterParity
{
    private const double OfLogits = 5e-5, OfLossAndGradients = 2e-5;
    private readonly CausalModel _model;
    private readonly LoraAdapter _adapter;
    private readonly SafetensorsFile _expected;
    private readonly List<ParityRow> _rows = [];

    private AdapterParity(CausalModel model, LoraAdapter adapter, SafetensorsFile expected) => (_model, _adapter, _expected) = (model, adapter, expected);

    /// <summary>Whether a folder is that of an adapter.</summary>
    public static bool Recognises(string folder) => File.Exists(Path.Combine(folder, LoraFolder.Config));

    /// <summary>Runs all comparisons that there are references for.</summary>
    /// <exception cref="PalimpsestException">The adapter or its base model cannot be loaded.</exception>
    public static List<ParityRow> Check(string folder, SafetensorsFile expected, TorchContext context)
    {
        using CausalModel model = ModelFolder.Load(BaseOf(folder), context, LoadMode.Mapped);
        using LoraAdapter adapter = LoraAdapter.Load(model, folder);
        using LoraAdapters adapters = new(model);
        adapters.Activate(adapter);
        AdapterParity checker = new(model, adapter, expected);
        checker.CheckLogits("logits");
        using (adapters.Disabled())
        {
            checker.CheckLogits("logits_disabled");
        }

        adapters.Merge();
        checker.CheckLogits("logits_merged");
        adapters.Unmerge();
        checker.CheckGradients(Path.Combine(folder, "expected.json"));
        return checker._rows;
    }

    private static string BaseOf(string folder)
    {
        string config = Path.Combine(folder, LoraFolder.Config);
        string named = LoraConfigFile.Read(config).BaseModel ?? throw new PalimpsestException($"{config}: base_model_name_or_path is missing, so there is no model to check the adapter on.");
        string beside = Path.GetFullPath(Path.Combine(folder, named));
        return Directory.Exists(beside) || !Directory.Exists(named) ? beside : named;
    }

    private bool Has(string name) => _expected.Entries.ContainsKey(name);

    private Tensor Load(string name) => TensorBytes.Read(_expected, _expected[name]);

    private void CheckLogits(string name)
    {
        if (Has(name) && Has("input_ids"))
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGrad = no_grad();
            Compare(name, _model.Logits(_model.Hidden(Load("input_ids"))), Load(name), OfLogits);
        }
    }

    private void CheckGradients(string json)
    {
        if (!Has("labels") || !Has("input_ids"))
        {
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor ids = Load("input_ids"), labels = Load("labels");
        (long[] rows, long[] targets) = CausalParity.Targets(MemoryMarshal.Cast<byte, long>(labels.bytes).ToArray(), (int)ids.size(1));
        _adapter.Parameters.ZeroGradients();
        Tensor loss = Ops.Scale(_model.LossSum(_model.Hidden(ids), rows, targets), 1.0 / targets.Length);
        Autograd.Backward(loss);
        if (File.Exists(json) && JsonNode.Parse(File.ReadAllText(json))?["loss"] is JsonArray { Count: > 0 } losses)
        {
            // The first is that of the adapter as it is saved; the others follow steps of training.
            _rows.Add(new ParityRow("loss", Math.Abs(Ops.Value(loss) - (double)losses[0]!), OfLossAndGradients, "absolute"));
        }

        foreach (ParameterSlot slot in _adapter.Parameters.Layout.Slots.Where(slot => Has("grad." + slot.Name)))
        {
            Compare("grad." + slot.Name, _adapter.Parameters[slot.Name].grad!, Load("grad." + slot.Name), OfLossAndGradients);
        }
    }

    private void Compare(string name, Tensor actual, Tensor expected, double tolerance) =>
        _rows.Add(new ParityRow(name, Ops.Value(Ops.Subtract(actual, expected).abs().max()), tolerance, "absolute"));
}
