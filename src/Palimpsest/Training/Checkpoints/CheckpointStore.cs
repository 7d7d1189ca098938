using System.Globalization;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Training.Checkpoints;

/// <summary>The checkpoints of a run: one safetensors file each, with weights, the tensors of optimizer and objective and the state, so that a checkpoint is
/// there whole or not at all.</summary>
/// <remarks>Files are <c>step-00000123.safetensors</c> and <c>best.safetensors</c>. A process that is killed in the middle of a write leaves only a temporary
/// file, removed on the next start.</remarks>
public sealed class CheckpointStore
{
    private const string ValuesKey = "values";
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
    public void SaveBest(FlatParameters parameters, IReadOnlyList<(string Name, Tensor Values)> tensors, TrainState state) =>
        Write(Best, parameters, tensors, state);

    /// <summary>Puts weights and all else back. Nothing is changed before everything fits.</summary>
    /// <param name="path">A checkpoint.</param>
    /// <param name="parameters">Receives the weights; its layout must be the checkpoint's.</param>
    /// <param name="tensors">Receive what was stored under their names; null to load the weights only.</param>
    /// <param name="check">Looks at the state before anything is changed; or null.</param>
    /// <returns>The state.</returns>
    /// <exception cref="PalimpsestException">The file is damaged, or belongs to another model, optimizer or objective.</exception>
    public static TrainState Load(string path, FlatParameters parameters, IReadOnlyList<(string Name, Tensor Values)>? tensors,
        Action<TrainState>? check = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        (StateFile opened, TrainState state) = Whole(path);
        using StateFile file = opened;
        if (state.LayoutHash != parameters.Layout.Hash)
        {
            throw new PalimpsestException($"{path}: belongs to a model with other parameters. Resume with the model that the run was started with.");
        }

        (string Name, Tensor Values)[] wanted = [(ValuesKey, parameters.Values), .. tensors ?? []];
        file.RequireSame(wanted, others: tensors is null);
        check?.Invoke(state);
        file.Fill(wanted);
        return state;
    }

    /// <summary>Takes the newest checkpoint out of the way, so that a run goes on from the one before; it stays in the folder as <c>.set-aside</c>.</summary>
    /// <param name="folder">Folder of the checkpoints.</param>
    /// <returns>The checkpoint that is the newest now.</returns>
    /// <exception cref="PalimpsestException">There is no older one, or the file cannot be renamed.</exception>
    public static string SetNewestAside(string folder)
    {
        string[] steps = Directory.Exists(folder) ? Steps(folder) : [];
        if (steps.Length < 2)
        {
            string only = steps.Length == 1 ? $"; {Path.GetFileName(steps[0])} is the only one" : "";
            throw new PalimpsestException($"{folder}: there is no older checkpoint to go on from{only}. Go on from the newest, or start the recipe again.");
        }

        try
        {
            File.Move(steps[^1], steps[^1] + ".set-aside", overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{steps[^1]}: cannot be set aside ({problem.Message.TrimEnd('.')}). Make the folder writable.", problem);
        }

        return steps[^2];
    }

    // What is damaged is told from what belongs to another run: only the first has a way out by an older checkpoint.
    private static (StateFile File, TrainState State) Whole(string path)
    {
        StateFile? file = null;
        try
        {
            file = StateFile.Open(path);
            file.RequireWhole();
            return (file, file.State(TrainStateJson.Default.TrainState));
        }
        catch (PalimpsestException problem)
        {
            file?.Dispose();
            throw new DamagedCheckpointException($"{problem.Message} The checkpoint before it may be whole.", problem);
        }
    }

    private string[] Steps() => Steps(_folder);

    private static string[] Steps(string folder) => [.. Directory.EnumerateFiles(folder, "step-*.safetensors").Order(StringComparer.Ordinal)];

    private static void Write(string path, FlatParameters parameters, IReadOnlyList<(string Name, Tensor Values)> tensors, TrainState state) =>
        StateFile.Write(path, state, TrainStateJson.Default.TrainState, [(ValuesKey, parameters.Values), .. tensors]);
}
