using System.Text.Json;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Tests.Training.Objectives;
using Palimpsest.Torch;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Objectives.Preferences;
using Palimpsest.Unlearning.Approximate;
using Palimpsest.Unlearning.Approximate.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Unlearning.Approximate;

/// <summary>The unlearning part of the reference set: cases as options, batches, and one pass.</summary>
internal static class GoldenUnlearning
{
    /// <summary>The options of a case; a name that is not known has none.</summary>
    public static UnlearningOptions Options(string name, JsonElement hyper)
    {
        double Hyper(string key, double otherwise) => hyper.TryGetProperty(key, out JsonElement value) ? value.GetDouble() : otherwise;
        string Word(string key) => hyper.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        string retain = Word("retain");
        double gamma = Hyper("gamma", 1), alpha = retain.Length == 0 ? 0 : Hyper("alpha", 1), beta = Hyper("beta", double.NaN);
        UnlearningOptions options = name.Split('-')[0] switch
        {
            "ga" => new GradientAscentOptions(),
            "graddiff" => new GradDiffOptions(),
            "klmin" => new KlMinOptions(),
            "dpo" => new DpoIdkOptions { Beta = beta },
            "altpo" => new AltPoOptions { Beta = beta },
            "idk" => new IdkPoOptions(),
            "npo" => new NpoOptions { Beta = beta, MeanToken = name.EndsWith("meantoken", StringComparison.Ordinal) },
            "simnpo" => new SimNpoOptions { Beta = beta, Delta = Hyper("delta", 0) },
            "rmu" => new RmuOptions
            {
                Layer = (int)Hyper("layer", -1),
                Coefficient = Hyper("steering_coeff", double.NaN),
                Mean = Word("mean") == "row" ? RmuMean.Row : retain == "MSE-all" ? RmuMean.All : RmuMean.Token,
                Compat = Word("mean") == "published",
            },
            "undial" => new UndialOptions { Beta = beta, AllPositions = Word("mode") == "all", Compat = Word("mode") == "all-wrap" },
            "wga" => new WgaOptions { Beta = beta },
            "satimp" => new SatImpOptions { Beta1 = Hyper("beta1", double.NaN), Beta2 = Hyper("beta2", double.NaN) },
            "ceu" => new CeUOptions { Skip = (int)Hyper("skip", -1) },
            "pdu" => new PduOptions
            {
                Eps = Hyper("eps", 0),
                Lambda = Hyper("lam", 0),
                Gamma = gamma,
                Compat = !name.EndsWith("shifted",
                StringComparison.Ordinal)
            },
            "scrub" => new ScrubOptions
            {
                Temperature = Hyper("temperature", double.NaN),
                Reversed = Word("direction") == "student-teacher",
                Alpha = Hyper("alpha", 0.001),
                NllWeight = Hyper("nll_weight", 0.1),
            },
            _ => throw new InvalidOperationException($"No options for the case {name}."),
        };
        if (options is not RetainedOptions retained)
        {
            return options;
        }

        RetainLoss loss = retain.Length == 0 ? retained.Retain : retain.StartsWith("NLL", StringComparison.Ordinal) ? RetainLoss.Nll
            : retain.StartsWith("KL", StringComparison.Ordinal) ? RetainLoss.Kl : RetainLoss.Activations;
        return retained with { Gamma = gamma, Alpha = alpha, Retain = loss, Compat = retained.Compat || retain == "KL" };
    }

    /// <summary>The batch of a case, with some of its forget rows without targets.</summary>
    public static ForgetRetainBatch Batch(GoldenObjectives golden, string name, params int[] masked)
    {
        Data.Batches.TokenBatch forget = golden.Batch("forget");
        int[] kept = [.. Enumerable.Range(0, forget.Rows.Length).Where(i => !masked.Contains((int)(forget.Rows[i] / forget.Time)))];
        return new ForgetRetainBatch(
            forget with { Rows = [.. kept.Select(i => forget.Rows[i])], Targets = [.. kept.Select(i => forget.Targets[i])] }, golden.Batch("retain"),
            name.StartsWith("altpo", StringComparison.Ordinal) ? golden.Batch("alternate0", "alternate1") : golden.Batch("alternate0"));
    }

    /// <summary>The frozen models, and RMU's direction.</summary>
    public static FrozenModels Models(GoldenObjectives golden, IReferenceModel reference, UnlearningOptions? options = null)
    {
        // The reference multiplies by c in f32, also where all else is f64.
        double length = options is RmuOptions rmu ? rmu.Coefficient : 1;
        using SafetensorsFile file = golden.Tensors("rmu_activations.safetensors");
        using Tensor vector = TensorBytes.Read(file, file["control_vector"]);
        return new FrozenModels { Reference = reference, ControlVector = [.. vector.data<double>().Select(value => (float)(length * value) / length)] };
    }

    /// <summary>One pass; gradients are in the policy.</summary>
    public static double Minimise(CausalModel policy, UnlearningOptions options, FrozenModels models, ForgetRetainBatch batch, int step,
        out IReadOnlyDictionary<string, double> figures)
    {
        using UnlearningObjective objective = UnlearningObjective.Of(policy, options, models, new RandomStream(1));
        using DisposeScope scope = NewDisposeScope();
        policy.Parameters.Flat!.ZeroGradients();
        StepFigures sums = new();
        double denominator = objective.Begin([batch], step);
        Tensor loss = objective.Sum(batch, new ObjectivePass(step, 0, new RandomStream(1), sums));
        Autograd.Backward(loss);
        figures = sums.Means();
        return Ops.Number(loss) / denominator;
    }
}
