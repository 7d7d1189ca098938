using System.Runtime.InteropServices;
using System.Text.Json;
using Palimpsest.Data.Safetensors;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Merging;

namespace Palimpsest.Tests.Unlearning;

/// <summary>Reference values made with NumPy in f64: the copies in the repository, or the whole set in the folder that PALIMPSEST_DATA names.</summary>
internal static class MergingData
{
    public static string? Find(params string[] path)
    {
        string root = Environment.GetEnvironmentVariable("PALIMPSEST_DATA") ?? "";
        string whole = Path.Combine([root, "golden", "merging", .. path]), copy = TestContexts.Golden(["merging", .. path]);
        return root.Length > 0 && File.Exists(whole) ? whole : File.Exists(copy) ? copy : null;
    }

    /// <summary>The task sets whose results are there: T2 always.</summary>
    public static IEnumerable<TheoryDataRow<string>> Sets() => ((string[])["T2", "T5", "T16", "ties"]).Where(set => Find("expected", set + ".safetensors") is not null).Select(set => new TheoryDataRow<string>(set));

    public static JsonElement Json(params string[] path) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Find(path)!));

    /// <summary>All tensors of a file as f64.</summary>
    public static Dictionary<string, double[]> Tensors(params string[] path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Find(path)!);
        return file.Entries.Values.ToDictionary(entry => entry.Name, entry => Values(file, entry));
    }

    public static ParameterLayout Layout() => new(Json("tasks", "layout.json").GetProperty("tensors").EnumerateArray()
        .Select(slot => (slot.GetProperty("name").GetString()!, slot.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt64()).ToArray())));

    public static HeldTaskVectors Tasks(ParameterLayout layout, double[] rows) =>
        new(layout, [.. rows.Chunk((int)layout.Count).Select(row => row.Select(value => (float)value).ToArray())]);

    public static ParameterLayout Flat(int count) => new([("all", [count])]);

    public static BitMask Mask(IEnumerable<double> bits)
    {
        double[] values = [.. bits];
        BitMask mask = new(values.Length);
        mask.SetPositive<double>(0, values);
        return mask;
    }

    public static float[] Merge(IMergeMethod method, ITaskVectors tasks, Action<TaskMask>? masks = null)
    {
        float[] merged = new float[tasks.Layout.Count];
        method.Merge(tasks, merged, masks);
        return merged;
    }

    /// <summary>All vectors of a source, one after the other.</summary>
    public static float[] All(ITaskVectors tasks)
    {
        float[] all = new float[tasks.Count * tasks.Layout.Count];
        for (int task = 0; task < tasks.Count; task++)
        {
            tasks.Read(task, 0, all.AsSpan((int)(task * tasks.Layout.Count), (int)tasks.Layout.Count));
        }

        return all;
    }

    /// <summary>Equal to a millionth of the largest expected magnitude: results are f32.</summary>
    public static void Near(IEnumerable<double> expected, IEnumerable<float> actual, string where) => Near(expected, actual.Select(value => (double)value), where, 1e-6);

    public static void Near(IEnumerable<double> expected, IEnumerable<double> actual, string where, double tolerance)
    {
        double[] wanted = [.. expected], found = [.. actual];
        Assert.Equal(wanted.Length, found.Length);
        double allowed = tolerance * (wanted.Length == 0 ? 0 : wanted.Max(Math.Abs));
        for (int i = 0; i < wanted.Length; i++)
        {
            Assert.True(Math.Abs(wanted[i] - found[i]) <= allowed, $"{where}, entry {i}: {found[i]} instead of {wanted[i]}");
        }
    }

    private static double[] Values(SafetensorsFile file, TensorEntry entry) => entry.Type switch
    {
        TensorType.F64 => Read<double>(file, entry),
        TensorType.F32 => [.. Read<float>(file, entry).Select(value => (double)value)],
        TensorType.I64 => [.. Read<long>(file, entry).Select(value => (double)value)],
        TensorType.I32 => [.. Read<int>(file, entry).Select(value => (double)value)],
        _ => [.. Read<byte>(file, entry).Select(value => (double)value)],
    };

    private static T[] Read<T>(SafetensorsFile file, TensorEntry entry)
        where T : unmanaged
    {
        T[] values = new T[entry.Count];
        file.Read(entry, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
