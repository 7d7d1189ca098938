using System.Globalization;
using System.Text.Json;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training.Objectives;

/// <summary>The reference set of objectives that PALIMPSEST_DATA names: models and batches, everything in f64.</summary>
internal sealed class GoldenObjectives(string folder)
{
    /// <summary>The folder if it is there: one row then, none otherwise.</summary>
    public static IEnumerable<TheoryDataRow<string>> Folders =>
        Environment.GetEnvironmentVariable("PALIMPSEST_DATA") is string { Length: > 0 } root && Directory.Exists(Path.Combine(root, "golden", "objectives"))
            ? [new(Path.Combine(root, "golden", "objectives"))] : [];

    public JsonElement Json(string name) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(folder, name)));

    public SafetensorsFile Tensors(string name) => SafetensorsFile.Open(Path.Combine(folder, name));

    /// <summary>The policy, or with a file of the folder another model of the same shape.</summary>
    public CausalModel Model(string? weights = null, ComputeType type = ComputeType.F64)
    {
        string llama = Path.Combine(folder, "..", "transformers", "llama");
        using CausalModel shape = ModelFolder.Load(llama, TestContexts.F32());
        CausalModel model = CausalModel.Create(shape.Config, type == ComputeType.F64 ? TestContexts.F64() : TestContexts.F32(), new RandomStream(1));
        using SafetensorsFile file = SafetensorsFile.Open(weights is null ? Path.Combine(llama, "model.safetensors") : Path.Combine(folder, weights));
        using IDisposable noGrad = no_grad();
        foreach (ParameterSlot slot in model.Parameters.Layout.Slots)
        {
            using Tensor values = TensorBytes.Read(file, file[slot.Name]);
            model.Parameters[slot.Name].copy_(values);
        }

        return model;
    }

    /// <summary>A batch: the logits at t predict the label at t + 1, where there is one.</summary>
    public TokenBatch Batch(params string[] names)
    {
        using SafetensorsFile file = Tensors("batches.safetensors");
        List<(long[] Ids, long[] Labels, long[] Mask)> rows = [];
        foreach (string name in names)
        {
            long[] ids = Integers(file, name + ".input_ids"), labels = Integers(file, name + ".labels"), mask = Integers(file, name + ".attention_mask");
            int width = (int)file[name + ".input_ids"].Shape[1];
            rows.AddRange(Enumerable.Range(0, ids.Length / width).Select(row =>
                (ids[(row * width)..((row + 1) * width)], labels[(row * width)..((row + 1) * width)], mask[(row * width)..((row + 1) * width)])));
        }

        int time = rows.Max(row => row.Ids.Length);
        List<long> sources = [], targets = [];
        for (int row = 0; row < rows.Count; row++)
        {
            for (int t = 1; t < rows[row].Labels.Length; t++)
            {
                if (rows[row].Labels[t] >= 0)
                {
                    sources.Add((row * time) + t - 1);
                    targets.Add(rows[row].Labels[t]);
                }
            }
        }

        return new TokenBatch([.. rows.SelectMany(row => row.Ids.Concat(new long[time - row.Ids.Length]))], rows.Count, time, [.. sources], [.. targets],
            (int)rows.Sum(row => row.Mask.Sum()))
        {
            Lengths = [.. rows.Select(row => (int)row.Mask.Sum())],
        };
    }

    public static double Number(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? double.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetDouble();

    public static double[] Numbers(JsonElement value) => [.. value.EnumerateArray().Select(Number)];

    private static long[] Integers(SafetensorsFile file, string name)
    {
        using Tensor values = TensorBytes.Read(file, file[name]);
        using Tensor wide = values.to_type(ScalarType.Int64);
        return [.. wide.data<long>()];
    }
}
