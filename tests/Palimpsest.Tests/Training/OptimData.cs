using System.Runtime.InteropServices;
using System.Text.Json;
using Palimpsest.Data.Safetensors;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training;

/// <summary>Reference values of optimizers, quantisation, clipping and accumulation: the cut that comes with the tests, and the whole set in the folder that
/// PALIMPSEST_DATA names.</summary>
internal sealed class OptimData
{
    private const string Copy = "copy", Whole = "whole";
    private readonly string _folder;

    private OptimData(string set) => _folder = set == Copy
        ? TestContexts.Golden("optim") : Path.Combine(Environment.GetEnvironmentVariable("PALIMPSEST_DATA") ?? "none", "golden", "optim");

    public static OptimData Of(string set) => new(set);

    /// <summary>One row for each entry of a list in the index of each set; what cannot be replayed is skipped with its reason.</summary>
    /// <param name="list">Key in the index.</param>
    /// <param name="key">Key of an entry's name.</param>
    /// <param name="skip">Why an entry cannot be replayed, or null.</param>
    public static IEnumerable<TheoryDataRow<string, int, string>> Rows(string list, string key, Func<JsonElement, string?>? skip = null) =>
        Sets().Where(set => Of(set).Index().TryGetProperty(list, out _)).SelectMany(set => Of(set).Index(list)
        .Select((entry, number) => new TheoryDataRow<string, int, string>(set, number, entry.GetProperty(key).GetString()!) { Skip = skip?.Invoke(entry) }));

    public static IEnumerable<string> Sets() => ((string[])[Copy, Whole]).Where(set => File.Exists(Path.Combine(Of(set)._folder, "index.json")));

    public JsonElement Index() => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(_folder, "index.json")));

    public JsonElement[] Index(string list) => [.. Index().GetProperty(list).EnumerateArray()];

    public SafetensorsFile Open(string file) => SafetensorsFile.Open(Path.Combine(_folder, file));

    public static float[] Floats(SafetensorsFile file, string name)
    {
        using Tensor tensor = TensorBytes.Read(file, file[name]);
        using Tensor floats = tensor.to_type(ScalarType.Float32);
        return TensorBytes.ToArray(floats);
    }

    public static byte[] Bytes(SafetensorsFile file, string name)
    {
        byte[] bytes = new byte[file[name].Count];
        file.Read(file[name], bytes);
        return bytes;
    }

    /// <summary>A row of a tensor that has one for each step.</summary>
    public static float[] Row(float[] all, int row, long length) => all[(int)(row * length)..(int)((row + 1) * length)];

    /// <summary>A flat vector of the parameters of an input file, at their values. A single number counts as a vector of one.</summary>
    public static FlatParameters Parameters(SafetensorsFile inputs)
    {
        string[] names =
            [.. inputs.Entries.Keys.Where(name => name.StartsWith("param.", StringComparison.Ordinal)).Select(name =>
            name["param.".Length..]).Order(StringComparer.Ordinal)];
        FlatParameters parameters =
            new(new ParameterLayout(names.Select(name => (name, inputs[$"param.{name}"].Shape is { Count: > 0 } shape ? shape.ToArray() : [1L]))));
        foreach (string name in names)
        {
            Put(parameters[name], Floats(inputs, $"param.{name}"));
        }

        return parameters;
    }

    public static void Put(Tensor target, float[] values)
    {
        using IDisposable noGrad = no_grad();
        using Tensor source = tensor(values);
        using Tensor shaped = source.view(target.shape);
        target.copy_(shaped);
    }

    public static byte[] Bytes(Tensor values) => MemoryMarshal.AsBytes(values.bytes).ToArray();
}
