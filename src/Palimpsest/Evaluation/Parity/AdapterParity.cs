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
internal static class AdapterParity
{
    private const double OfLogits = 5e-5, OfLossAndGradients = 2e-5;

    /// <summary>Whether a folder is that of an adapter.</summary>
    public static bool Recognises(string folder) => File.Exists(Path.Combine(folder, LoraFolder.Config));

    /// <summary>Runs all comparisons that there are references for.</summary>
    /// <exception cref="PalimpsestException">The adapter or its base model cannot be loaded.</exception>
    public static void Check(string folder, References references, TorchContext context)
    {
        using TransformerModel model = ModelFolder.Load<TransformerModel>(BaseOf(folder), context, LoadMode.Mapped);
        using LoraAdapter adapter = LoraAdapter.Load(model, folder);
        using LoraAdapters adapters = new(model);
        adapters.Activate(adapter);
        CheckLogits("logits");
        using (adapters.Disabled())
        {
            // There is a base of its own where biases are trained: PEFT leaves them in place.
            CheckLogits(references.Has("logits_base") ? "logits_base" : "logits_disabled");
        }

        adapters.Merge();
        CheckLogits("logits_merged");
        adapters.Unmerge();
        CheckGradients(model, adapter, references);

        void CheckLogits(string name)
        {
            if (references.Has(name) && references.Has("input_ids"))
            {
                using DisposeScope scope = NewDisposeScope();
                using IDisposable noGrad = no_grad();
                references.Compare(name, model.Logits(ModelParity.Hidden(model, references)), OfLogits);
            }
        }
    }

    /// <summary>The base model's folder.</summary>
    internal static string BaseOf(string folder)
    {
        string config = Path.Combine(folder, LoraFolder.Config);
        string named = LoraConfigFile.Read(config).BaseModel ?? throw new PalimpsestException($"{config}: base_model_name_or_path is missing, so there is no model to check the adapter on.");
        string beside = Path.GetFullPath(Path.Combine(folder, named));
        return Directory.Exists(beside) || !Directory.Exists(named) ? beside : named;
    }

    private static void CheckGradients(TransformerModel model, LoraAdapter adapter, References references)
    {
        if (!references.Has("labels") || !references.Has("input_ids"))
        {
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        adapter.Parameters.ZeroGradients();
        Tensor loss = ModelParity.Loss(model, ModelParity.Hidden(model, references), references);
        Autograd.Backward(loss);
        if (references.Loss is double wanted)
        {
            // That of the adapter as it is saved; the others follow steps of training.
            references.Rows.Add(new ParityRow("loss", Math.Abs(Ops.Value(loss) - wanted), OfLossAndGradients, "absolute"));
        }

        foreach (ParameterSlot slot in adapter.Parameters.Layout.Slots)
        {
            references.Compare("grad." + slot.Name, adapter.Parameters[slot.Name].grad!, OfLossAndGradients);
        }
    }
}
