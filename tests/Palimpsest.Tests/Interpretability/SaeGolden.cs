using System.Text.Json.Nodes;
using Palimpsest.Data.Safetensors;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Formats;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Interpretability;

/// <summary>A folder of reference values of sparse autoencoders. Tensors belong to the scope of the test.</summary>
internal sealed class SaeGolden : IDisposable
{
    private readonly SafetensorsFile _file;
    private readonly SafetensorsFile _inputs;

    public SaeGolden(string folder, string file = "expected.safetensors")
    {
        Folder = folder;
        Json = File.Exists(Path.Combine(folder, "expected.json")) ? JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")))! : new JsonObject();
        _file = SafetensorsFile.Open(Path.Combine(folder, file));
        _inputs = SafetensorsFile.Open(Path.Combine(Root!, "inputs.safetensors"));
    }

    /// <summary>The folder of all cases; null where PALIMPSEST_DATA names none.</summary>
    public static string? Root => Environment.GetEnvironmentVariable("PALIMPSEST_DATA") is string root && Directory.Exists(Path.Combine(root, "golden", "sae"))
        ? Path.Combine(root, "golden", "sae") : null;

    public string Folder { get; }

    public JsonNode Json { get; }

    public IEnumerable<string> Names => _file.Entries.Keys;

    public static IEnumerable<string> Folders(string with) =>
        Root is string root ? Directory.GetDirectories(root).Where(folder => Directory.Exists(Path.Combine(folder, with))).Order(StringComparer.Ordinal) : [];

    public bool Has(string name) => _file.Entries.ContainsKey(name);

    public Tensor this[string name] => TensorBytes.Read(_file, _file[name]);

    public Tensor Input(string name) => TensorBytes.Read(_inputs, _inputs[name]);

    public Tensor Exact(string name) => Input(name).to_type(ScalarType.Float64);

    /// <summary>The autoencoder of a folder, computed in f32 or in f64.</summary>
    public static SparseAutoencoder Load(string folder, bool exact)
    {
        SparseAutoencoder sae = SaeFolder.Load(folder);
        if (!exact)
        {
            return sae;
        }

        using (sae)
        {
            return SaeFolding.Copy(sae, sae.Config with { Dtype = "float64" });
        }
    }

    /// <summary>The largest difference relative to the largest entry.</summary>
    public void Close(Tensor actual, string name, double tolerance)
    {
        Tensor expected = this[name].to_type(ScalarType.Float64);
        Assert.Equal(expected.shape, actual.shape);
        double difference = Ops.Number(Ops.Subtract(actual.detach().to_type(ScalarType.Float64), expected).abs().max());
        double largest = Math.Max(1e-30, Ops.Number(expected.abs().max()));
        Assert.True(difference <= tolerance * largest, $"{Path.GetFileName(Folder)}/{name}: differs by {difference / largest:G3} of {largest:G3}");
    }

    public static void Near(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(actual - expected) <= tolerance * Math.Max(1, Math.Abs(expected)), $"{what}: {actual:R} instead of {expected:R}");

    public void Dispose()
    {
        _file.Dispose();
        _inputs.Dispose();
    }
}
