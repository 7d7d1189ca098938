using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Data.Safetensors;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Evaluation.Parity;

/// <summary>
/// The reference outputs of a folder, <c>expected.safetensors</c> and <c>expected.json</c>, and what was found when they were compared. It keeps account of the
/// tensors that were used, so that none is passed over.
/// </summary>
internal sealed class References : IDisposable
{
    public const string FileName = "expected.safetensors";

    // What reference sets hold for other checks than this one.
    private static readonly (string Start, string Why)[] s_otherwise =
    [
        ("logits_native", "computed in the stored type, and this check is one in f32"),
        ("logits_disabled", "PEFT leaves trained biases where they are; logits_base is what an adapter taken off gives here"),
        ("final.", "the weights after steps of training"), ("unstable.", "belongs to the weights after steps of training"), ("ids", "the texts of a training"),
        ("labels", "there is neither a loss nor a gradient of them"), ("attention_mask", "nothing was made with it"),
    ];

    private readonly SafetensorsFile _file;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly JsonObject? _json;

    public References(string folder)
    {
        _file = SafetensorsFile.Open(Path.Combine(folder, FileName));
        string json = Path.Combine(folder, "expected.json");
        try
        {
            _json = File.Exists(json) ? StrictJson.ReadFile(json) as JsonObject ?? throw new PalimpsestException($"{json}: is not a JSON object.") : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            _file.Dispose();
            throw new PalimpsestException($"{json}: cannot be read as JSON ({error.Message})", error);
        }
    }

    /// <summary>What was compared so far.</summary>
    public List<ParityRow> Rows { get; } = [];

    /// <summary>The names of all tensors.</summary>
    public IEnumerable<string> Names => _file.Entries.Keys;

    /// <summary>The loss of the first or only step, or null.</summary>
    public double? Loss =>
        (_json?["loss"] is JsonArray { Count: > 0 } steps ? steps[0] : _json?["loss"]) is JsonValue value && value.TryGetValue(out double loss) ? loss : null;

    /// <summary>A list in <c>expected.json</c>, or null.</summary>
    public JsonArray? List(string key) => _json?[key] as JsonArray;

    public bool Has(string name) => _file.Entries.ContainsKey(name);

    /// <summary>A tensor; it counts as used.</summary>
    public Tensor Load(string name)
    {
        _used.Add(name);
        return TensorBytes.Read(_file, _file[name]);
    }

    /// <summary>A tensor, or null where there is none.</summary>
    public Tensor? Find(string name) => Has(name) ? Load(name) : null;

    /// <summary>Compares a tensor with the reference of its name, if there is one.</summary>
    public void Compare(string name, Tensor actual, double tolerance = ParityChecker.Tolerance)
    {
        if (Has(name))
        {
            Rows.Add(new ParityRow(name, Difference(actual, Load(name)), tolerance, "absolute"));
        }
    }

    /// <summary>The largest difference of two tensors; NaN where their shapes are not the same.</summary>
    public static double Difference(Tensor actual, Tensor expected) =>
        actual.shape.SequenceEqual(expected.shape) ? Ops.Value(Ops.Subtract(actual.detach(), expected).abs().max()) : double.NaN;

    /// <summary>Adds what was not compared: as a failure if nobody knows what it is.</summary>
    public List<ParityRow> Finish()
    {
        foreach (string name in Names.Where(name => !_used.Contains(name)).Order(StringComparer.Ordinal))
        {
            bool Is(string start) => start.EndsWith('.') ? name.StartsWith(start, StringComparison.Ordinal) : name == start;
            string? why = s_otherwise.FirstOrDefault(item => Is(item.Start)).Why;
            Rows.Add(
                why is null
                    ? new ParityRow(name, double.NaN, 0, "an unknown entry, or one that nothing here corresponds to")
                    : ParityRow.NotCompared(name, why));
        }

        return Rows;
    }

    public void Dispose() => _file.Dispose();
}
