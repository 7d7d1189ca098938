using System.Globalization;
using System.Text.Json;
using Palimpsest.Data.Safetensors;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Training.Checkpoints;

/// <summary>The checkpoints of a run: one safetensors file each, with weights, the tensors of optimizer and objective and the state, so that a checkpoint is there whole or not at all.</summary>
/// <remarks>Files are <c>step-00000123.safetensors</c> and <c>best.safetensors</c>. A process that is killed in the middle of a write leaves only a temporary file, removed on the next start.</remarks>
public sealed class CheckpointStore
{
    private const string StateKey = "palimpsest.state", ValuesKey = "values";
    private readonly string _folder;

    /// <summary>Opens a folder and clears what a killed process left behind.</summary>
    /// <param name="folder">Created if needed.</param>
    public CheckpointStore(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        foreach (string leftover in Directory.EnumerateFiles(folder, "*.tmp"))
        {
            File.Delete(leftover);
        }
    }

    /// <summary>The newest checkpoint, or null.</summary>
    public string? Newest() => Steps().LastOrDefault();

    /// <summary>The checkpoint with the lowest validation loss.</summary>
    public string Best => Path.Combine(_folder, "best.safetensors");

    /// <summary>Writes a checkpoint and removes the oldest beyond <paramref name="keep"/>.</summary>
    /// <param name="parameters">The weights.</param>
    /// <param name="tensors">All else that a resumed run needs, of any shape and type.</param>
    /// <param name="state">Where the run stands.</param>
    /// <param name="keep">How many stay.</param>
    public void Save(FlatParameters parameters, IReadOnlyList<(string Name, Tensor Values)> tensors, TrainState state, int keep)
    {
        ArgumentNullException.ThrowIfNull(state);
        Write(Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"step-{state.Step:D8}.safetensors")), parameters, tensors, state);
        string[] steps = Steps();
        foreach (string old in steps.Take(steps.Length - keep))
        {
            File.Delete(old);
        }
    }

    /// <summary>Writes the best checkpoint, replacing the one before.</summary>
    /// <inheritdoc cref="Save"/>
    public void SaveBest(FlatParameters parameters, IReadOnlyList<(string Name, Tensor Values)> tensors, TrainState state) => Write(Best, parameters, tensors, state);

    /// <summary>Puts weights and all else back. Nothing is changed before everything fits.</summary>
    /// <param name="path">A checkpoint.</param>
    /// <param name="parameters">Receives the weights; its layout must be the checkpoint's.</param>
    /// <param name="tensors">Receive what was stored under their names; null to load the weights only.</param>
    /// <param name="check">Looks at the state before anything is changed; or null.</param>
    /// <returns>The state.</returns>
    /// <exception cref="PalimpsestException">The file is damaged, or belongs to another model, optimizer or objective.</exception>
    public static TrainState Load(string path, FlatParameters parameters, IReadOnlyList<(string Name, Tensor Values)>? tensors, Action<TrainState>? check = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        TrainState state = (file.Metadata.TryGetValue(StateKey, out string? json) ? JsonSerializer.Deserialize(json, TrainStateJson.Default.TrainState) : null)
            ?? throw new PalimpsestException($"{path}: is not a checkpoint of a training run.");
        if (state.LayoutHash != parameters.Layout.Hash)
        {
            throw new PalimpsestException($"{path}: belongs to a model with other parameters. Resume with the model that the run was started with.");
        }

        (string Name, Tensor Values)[] wanted = [(ValuesKey, parameters.Values), .. tensors ?? []];
        if (tensors is not null)
        {
            RequireSame(path, file, wanted);
        }

        check?.Invoke(state);
        using IDisposable noGrad = no_grad();
        foreach ((string name, Tensor values) in wanted)
        {
            using Tensor loaded = TensorBytes.Read(file, file[name]);
            values.copy_(loaded);
        }

        return state;
    }

    private static void RequireSame(string path, SafetensorsFile file, (string Name, Tensor Values)[] wanted)
    {
        const string way = "Resume with the recipe in the run's folder, or start a new run.";
        Dictionary<string, Tensor> named = wanted.ToDictionary(item => item.Name, item => item.Values, StringComparer.Ordinal);
        if (named.Keys.Except(file.Entries.Keys).FirstOrDefault() is string missing)
        {
            throw new PalimpsestException($"{path}: was written with other training settings: another optimizer or objective, whose state has no \"{missing}\". {way}");
        }

        if (file.Entries.Keys.Except(named.Keys).FirstOrDefault() is string superfluous)
        {
            throw new PalimpsestException($"{path}: was written with other training settings: its \"{superfluous}\" belongs to another optimizer or objective. {way}");
        }

        foreach ((string name, Tensor values) in wanted)
        {
            TensorEntry entry = file[name];
            if (!entry.Shape.SequenceEqual(values.shape) || TensorBytes.ScalarTypeOf(entry.Type) != values.dtype)
            {
                throw new PalimpsestException($"{path}: \"{name}\" is {entry.Type} [{string.Join(", ", entry.Shape)}], but {values.dtype} [{string.Join(", ", values.shape)}] is needed: the optimizer's settings are others. {way}");
            }
        }
    }

    private string[] Steps() => [.. Directory.EnumerateFiles(_folder, "step-*.safetensors").Order(StringComparer.Ordinal)];

    private static void Write(string path, FlatParameters parameters, IReadOnlyList<(string Name, Tensor Values)> tensors, TrainState state) => SafetensorsWriter.Write(
        path,
        [.. tensors.Prepend((ValuesKey, parameters.Values)).Select(item => Source(item.Item1, item.Item2))],
        new Dictionary<string, string>(StringComparer.Ordinal) { [StateKey] = JsonSerializer.Serialize(state, TrainStateJson.Default.TrainState) });

    private static TensorSource Source(string name, Tensor values) => new(name, TensorBytes.TypeOf(values.dtype), values.shape, stream => TensorBytes.Write(values, values.dtype, stream));
}
