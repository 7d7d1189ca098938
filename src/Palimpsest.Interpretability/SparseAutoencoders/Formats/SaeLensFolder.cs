using Palimpsest.Common;
using Palimpsest.Data.Safetensors;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.SparseAutoencoders.Formats;

/// <summary>A folder as SAELens 6 writes it: <c>cfg.json</c>, <c>sae_weights.safetensors</c> and, where frequencies are known, <c>sparsity.safetensors</c>.
/// Older
/// configurations are read too.</summary>
public static class SaeLensFolder
{
    internal const string WeightsName = "sae_weights.safetensors", ConfigName = "cfg.json", SparsityName = "sparsity.safetensors";
    private const string Sparsity = "sparsity", LogThreshold = "log_threshold", Threshold = "threshold";

    /// <summary>Loads the autoencoder of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="PalimpsestException">A file is missing or damaged, a key is unknown, or tensors are missing, unknown or of another shape.</exception>
    public static SparseAutoencoder Load(string folder)
    {
        SaeConfig config = SaeConfigFile.Read(Path.Combine(folder, ConfigName));
        string path = Path.Combine(folder, WeightsName);
        if (!File.Exists(path))
        {
            throw new PalimpsestException($"{path}: there is no such file. A folder of SAELens holds the weights beside {ConfigName}.");
        }

        using SafetensorsFile file = SafetensorsFile.Open(path);
        SparseAutoencoder sae = SaeArchitectures.Create(config);
        try
        {
            Fill(sae, file);
            return sae;
        }
        catch
        {
            sae.Dispose();
            throw;
        }
    }

    /// <summary>Writes a folder.</summary>
    /// <param name="sae">Written as it is; see <see cref="SaeFolding.ToInference"/> for one that others can use.</param>
    /// <param name="folder">Created if needed.</param>
    /// <param name="frequencies">Share of the tokens on which each latent fires; null for no such file.</param>
    /// <exception cref="PalimpsestException">The folder cannot be written.</exception>
    public static void Save(SparseAutoencoder sae, string folder, IReadOnlyList<double>? frequencies = null)
    {
        ArgumentNullException.ThrowIfNull(sae);
        Directory.CreateDirectory(folder);
        ScalarType type = SaeJson.TypeOf(sae.Config.Dtype);
        TensorSource[] tensors =
        [
            .. sae.Parameters.Layout.Slots.Select(slot => Source(slot.Name, sae.Parameters[slot.Name], type)),
            .. (sae.Config.IsTraining ? sae.Buffers : []).Select(buffer => Source(buffer.Name, buffer.Values, buffer.Values.dtype)),
        ];
        SafetensorsWriter.Write(Path.Combine(folder, WeightsName), tensors);
        if (frequencies is not null)
        {
            using Tensor logs = tensor([.. frequencies.Select(share => (float)Math.Log10(share + 1e-10))]);
            SafetensorsWriter.Write(Path.Combine(folder, SparsityName), [Source(Sparsity, logs, ScalarType.Float32)]);
        }

        AtomicFile.WriteText(Path.Combine(folder, ConfigName), SaeConfigFile.Write(sae.Config).ToJsonString());
    }

    /// <summary>The base-10 logarithms of the latents' frequencies; null where the folder has none.</summary>
    /// <param name="folder">The folder.</param>
    public static float[]? ReadSparsity(string folder)
    {
        string path = Path.Combine(folder, SparsityName);
        if (!File.Exists(path))
        {
            return null;
        }

        using SafetensorsFile file = SafetensorsFile.Open(path);
        using Tensor values = TensorBytes.Read(file, file[Sparsity]);
        return TensorBytes.ToArray(values);
    }

    private static TensorSource Source(string name, Tensor values, ScalarType type) =>
        new(name, TensorBytes.TypeOf(type), values.shape, stream => TensorBytes.Write(values, type, stream));

    private static void Fill(SparseAutoencoder sae, SafetensorsFile file)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        bool logs = file.Entries.ContainsKey(LogThreshold) && !file.Entries.ContainsKey(Threshold);
        (string Name, Tensor Values)[] wanted =
        [
            .. sae.Parameters.Layout.Slots.Select(slot => (logs && slot.Name == Threshold ? LogThreshold : slot.Name, sae.Parameters[slot.Name])),
            .. sae.Config.IsTraining ? sae.Buffers : [],
        ];
        RequireTensors(file, wanted, sae.Config.Architecture);
        foreach ((string name, Tensor values) in wanted)
        {
            Tensor stored = TensorBytes.Read(file, file[name]);
            if (!stored.is_floating_point())
            {
                throw new PalimpsestException($"{file.Path}: \"{name}\" holds {file[name].Type}, but weights are floating-point numbers. Convert it, or take "
                    + "another checkpoint.");
            }

            Tensor read = stored.to_type(values.dtype);
            if (!Ops.AllFinite(read))
            {
                throw new PalimpsestException($"{file.Path}: \"{name}\" holds numbers that are infinite or NaN. Such an autoencoder says nothing; take "
                    + $"another checkpoint.");
            }

            values.copy_(name == LogThreshold ? read.exp() : read);
        }
    }

    private static void RequireTensors(SafetensorsFile file, (string Name, Tensor Values)[] wanted, string architecture)
    {
        string[] names = [.. wanted.Select(item => item.Name)];
        if (names.FirstOrDefault(name => !file.Entries.ContainsKey(name)) is string missing)
        {
            string near = NearestName.Find(missing, file.Entries.Keys.Except(names)) is string found ? $" It holds \"{found}\"; is that meant?" : "";
            throw new PalimpsestException($"{file.Path}: the architecture {architecture} needs a tensor \"{missing}\".{near}");
        }

        foreach (TensorEntry other in file.Entries.Values.Where(entry => !names.Contains(entry.Name)))
        {
            using Tensor values = TensorBytes.Read(file, other);
            using Tensor ones = ones_like(values);
            bool idle = other.Name is "scaling_factor" or "finetuning_scaling_factor" && values.dtype != ScalarType.Bool && values.allclose(ones, 0, 0);
            if (!idle)
            {
                throw new PalimpsestException($"{file.Path}: \"{other.Name}\" is no tensor of the architecture {architecture}, which has "
                    + $"{string.Join(", ", names)}.");
            }
        }

        foreach ((string name, Tensor values) in wanted)
        {
            if (!file[name].Shape.SequenceEqual(values.shape))
            {
                throw new PalimpsestException($"{file.Path}: \"{name}\" is [{string.Join(", ", file[name].Shape)}], but the configuration needs "
                    + $"[{string.Join(", ", values.shape)}].");
            }
        }
    }
}
