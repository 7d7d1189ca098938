using Palimpsest.Data.Safetensors;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models;

/// <summary>Loads and saves model folders in the Hugging Face form: <c>config.json</c> and <c>model.safetensors</c>.</summary>
public static class ModelFolder
{
    private const string Weights = "model.safetensors";

    /// <summary>Loads a model.</summary>
    /// <param name="folder">Holds <c>config.json</c> (or only <c>config.legacy.json</c>) and <c>model.safetensors</c>.</param>
    /// <param name="context">Device and compute type.</param>
    /// <param name="mode">Trainable, or frozen and mapped or copied.</param>
    /// <param name="configName">Name of the configuration in the folder.</param>
    /// <exception cref="PalimpsestException">A file is missing or damaged, a tensor is missing, superfluous or of the wrong shape or type, or the architecture is unknown.</exception>
    public static CausalModel Load(string folder, TorchContext context, LoadMode mode = LoadMode.Trainable, string configName = "config.json")
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!Directory.Exists(folder))
        {
            throw new PalimpsestException($"{folder}: no such folder. A model folder holds config.json, {Weights} and tokenizer.json.");
        }

        LlamaConfig config = ModelConfigFile.ReadLlama(Path.Combine(folder, configName));
        string path = Path.Combine(folder, Weights);
        if (!File.Exists(path) && File.Exists(path + ".index.json"))
        {
            throw new PalimpsestException($"{path}.index.json: sharded weights are not supported. Join the shards into one {Weights}.");
        }

        using SafetensorsFile file = SafetensorsFile.Open(path);
        config = UntieIfStoredApart(config, file);
        ParameterLayout layout = CausalModel.LayoutOf(config);
        Check(file, layout);
        ParameterStore store = mode == LoadMode.Trainable
            ? ParameterStore.Trainable(layout, context.Device)
            : ParameterStore.Frozen(layout, slot => Frozen(file, file[StoredName(file, layout, slot)], context, mode));
        try
        {
            if (mode == LoadMode.Trainable)
            {
                Fill(file, layout, store);
            }

            return new CausalModel(config, store, context);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Saves the model's configuration and weights; each file whole or not at all.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">Created if needed.</param>
    /// <param name="type">Element type of the file: f32 or bf16.</param>
    /// <exception cref="PalimpsestException">The folder cannot be written.</exception>
    public static void Save(CausalModel model, string folder, ComputeType type = ComputeType.F32)
    {
        ArgumentNullException.ThrowIfNull(model);
        Save(model, folder, type, slot => model.Parameters[slot.Name]);
    }

    /// <summary>Saves with other tensors than the model's own; each is asked for when it is written, in a scope of its own.</summary>
    internal static void Save(CausalModel model, string folder, ComputeType type, Func<ParameterSlot, Tensor> tensorOf)
    {
        bool half = type == ComputeType.Bf16;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{folder}: cannot be created ({error.Message})", error);
        }

        void Write(ParameterSlot slot, Stream stream)
        {
            using DisposeScope scope = NewDisposeScope();
            TensorBytes.Write(tensorOf(slot), half ? ScalarType.BFloat16 : ScalarType.Float32, stream);
        }

        TensorSource[] tensors = [.. model.Parameters.Layout.Slots.Select(slot => new TensorSource(slot.Name, half ? TensorType.BF16 : TensorType.F32, slot.Shape, stream => Write(slot, stream)))];
        SafetensorsWriter.Write(Path.Combine(folder, Weights), tensors, new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" });
        ModelConfigFile.Write(Path.Combine(folder, "config.json"), model.Config, half ? "bfloat16" : "float32");
    }

    /// <summary>Some checkpoints say "tied" but store only <c>lm_head.weight</c>, others say nothing and store only the embedding: what is stored decides.</summary>
    private static LlamaConfig UntieIfStoredApart(LlamaConfig config, SafetensorsFile file)
    {
        bool head = file.Entries.ContainsKey("lm_head.weight"), embedding = file.Entries.ContainsKey("model.embed_tokens.weight");
        return config.TiedEmbeddings && head && embedding ? config with { TiedEmbeddings = false } : config;
    }

    private static string StoredName(SafetensorsFile file, ParameterLayout layout, ParameterSlot slot) =>
        file.Entries.ContainsKey(slot.Name) ? slot.Name : layout.Tied.FirstOrDefault(pair => pair.Value == slot.Name && file.Entries.ContainsKey(pair.Key)).Key ?? slot.Name;

    private static void Check(SafetensorsFile file, ParameterLayout layout)
    {
        HashSet<string> expected = new(StringComparer.Ordinal);
        List<string> problems = [];
        foreach (ParameterSlot slot in layout.Slots)
        {
            string name = StoredName(file, layout, slot);
            expected.Add(name);
            if (!file.Entries.TryGetValue(name, out TensorEntry? entry))
            {
                problems.Add($"\"{name}\" is missing");
            }
            else if (!entry.Shape.SequenceEqual(slot.Shape))
            {
                problems.Add($"\"{name}\" has shape [{string.Join(", ", entry.Shape)}] where config.json wants [{string.Join(", ", slot.Shape)}]");
            }
            else if (entry.Type is not (TensorType.F32 or TensorType.BF16))
            {
                problems.Add($"\"{name}\" has type {entry.Type}; supported are F32 and BF16");
            }
        }

        // Old checkpoints carry the rotary frequencies as a buffer; they are computed here.
        problems.AddRange(file.Entries.Keys.Where(name => !expected.Contains(name) && !name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal)).Select(name => $"\"{name}\" is not part of this architecture"));
        if (problems.Count > 0)
        {
            throw new PalimpsestException($"{file.Path}: {string.Join("; ", problems.Take(5))}{(problems.Count > 5 ? $"; and {problems.Count - 5} more" : "")}.");
        }
    }

    private static void Fill(SafetensorsFile file, ParameterLayout layout, ParameterStore store)
    {
        using IDisposable noGrad = no_grad();
        foreach (ParameterSlot slot in layout.Slots)
        {
            using Tensor loaded = TensorBytes.Read(file, file[StoredName(file, layout, slot)]);
            store[slot.Name].copy_(loaded);
        }
    }

    private static Tensor Frozen(SafetensorsFile file, TensorEntry entry, TorchContext context, LoadMode mode)
    {
        // Norm weights stay f32, as the norms compute in it; matrices take the compute type once, here, and not at every use.
        ScalarType wanted = entry.Shape.Count == 1 ? ScalarType.Float32 : context.ScalarType;
        Tensor loaded = mode == LoadMode.Mapped && TensorBytes.TryMap(file, entry) is Tensor mapped ? mapped : TensorBytes.Read(file, entry);
        if (loaded.dtype == wanted && context.Device.type == DeviceType.CPU)
        {
            return loaded;
        }

        using (loaded)
        {
            return loaded.to(wanted, context.Device);
        }
    }
}
