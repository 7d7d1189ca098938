using System.Globalization;
using System.Text.Json;
using Palimpsest.Data.Safetensors;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Training;

/// <summary>The checkpoints of a run: one safetensors file each, with weights, the optimizer's vectors and the state, so that a checkpoint is there whole or not at all.</summary>
/// <remarks>Files are <c>step-00000123.safetensors</c> and <c>best.safetensors</c>. A process that is killed in the middle of a write leaves only a temporary file, removed on the next start.</remarks>
public sealed class CheckpointStore
{
    private const string StateKey = "palimpsest.state";
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
    public void Save(FlatParameters parameters, IOptimizer optimizer, TrainState state, int keep)
    {
        ArgumentNullException.ThrowIfNull(state);
        Write(Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"step-{state.Step:D8}.safetensors")), parameters, optimizer, state);
        string[] steps = Steps();
        foreach (string old in steps.Take(steps.Length - keep))
        {
            File.Delete(old);
        }
    }

    /// <summary>Writes the best checkpoint, replacing the one before.</summary>
    public void SaveBest(FlatParameters parameters, IOptimizer optimizer, TrainState state) => Write(Best, parameters, optimizer, state);

    /// <summary>Puts weights and the optimizer's state back.</summary>
    /// <param name="path">A checkpoint.</param>
    /// <param name="parameters">Receives the weights; its layout must be the checkpoint's.</param>
    /// <param name="optimizer">Receives its state; null to load the weights only.</param>
    /// <returns>The state.</returns>
    /// <exception cref="PalimpsestException">The file is damaged or belongs to another model.</exception>
    public static TrainState Load(string path, FlatParameters parameters, IOptimizer? optimizer)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        TrainState state = (file.Metadata.TryGetValue(StateKey, out string? json) ? JsonSerializer.Deserialize(json, TrainStateJson.Default.TrainState) : null)
            ?? throw new PalimpsestException($"{path}: is not a checkpoint of a training run.");
        if (state.LayoutHash != parameters.Layout.Hash)
        {
            throw new PalimpsestException($"{path}: belongs to a model with other parameters. Resume with the model that the run was started with.");
        }

        if (optimizer?.State.Any(state => !file.Entries.ContainsKey(state.Name)) == true)
        {
            throw new PalimpsestException($"{path}: was written with other training settings: another optimizer. Resume with the recipe in the run's folder, or start a new run.");
        }

        using IDisposable noGrad = no_grad();
        Copy(file, "values", parameters.Values);
        if (optimizer is not null)
        {
            foreach ((string name, Tensor values) in optimizer.State)
            {
                Copy(file, name, values);
            }

            optimizer.StepCount = state.Step;
        }

        return state;
    }

    private string[] Steps() => [.. Directory.EnumerateFiles(_folder, "step-*.safetensors").Order(StringComparer.Ordinal)];

    private static void Write(string path, FlatParameters parameters, IOptimizer optimizer, TrainState state)
    {
        long[] shape = [parameters.Layout.Count];
        TensorSource Source(string name, Tensor tensor) => new(name, TensorType.F32, shape, stream => TensorBytes.Write(tensor, ScalarType.Float32, stream));
        SafetensorsWriter.Write(
            path,
            [Source("values", parameters.Values), .. optimizer.State.Select(state => Source(state.Name, state.Values))],
            new Dictionary<string, string>(StringComparer.Ordinal) { [StateKey] = JsonSerializer.Serialize(state, TrainStateJson.Default.TrainState) });
    }

    private static void Copy(SafetensorsFile file, string name, Tensor target)
    {
        using Tensor loaded = TensorBytes.Read(file, file[name]);
        target.copy_(loaded);
    }
}
