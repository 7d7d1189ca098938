using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Lora;

/// <summary>Reads and writes the folder of an adapter in the PEFT format: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
internal static class LoraFolder
{
    public const string Config = "adapter_config.json", Weights = "adapter_model.safetensors";
    private const int MostNamed = 5;

    public static LoraAdapter Load(TransformerModel model, string folder)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!Directory.Exists(folder))
        {
            string what = File.Exists(folder) ? "is a file, and an adapter is a folder in the form of PEFT" : "there is no such folder";
            throw new PalimpsestException($"{folder}: {what}. The folder of an adapter holds {Config} and {Weights}.");
        }

        string path = Path.Combine(folder, Config);
        (LoraOptions options, string? baseModel, string? task, string? tokensOf) = LoraConfigFile.Read(path);
        if (task is not null && task != LoraConfigFile.TaskOf(model.Config))
        {
            throw new PalimpsestException(
                $"{path}: task_type \"{task}\" is not that of this model, which is a {model.Config.Architecture.NameOf(model.Config)}.{MadeFor(baseModel)}");
        }

        if (tokensOf is not null && !LoraSelector.Names(tokensOf, model.EmbeddingModule))
        {
            throw new PalimpsestException(
                $"{path}: trainable_token_indices trains tokens of \"{tokensOf}\"; supported is the embedding alone, "
                + $"which is {model.EmbeddingModule} here.{MadeFor(baseModel)}");
        }

        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, Weights));
        options = WithUndeclared(model, options, file);
        LoraPlan plan;
        try
        {
            plan = new LoraPlan(model, options);
        }
        catch (PalimpsestException problem)
        {
            throw new PalimpsestException($"{path}: {problem.Message}{MadeFor(baseModel)}", problem);
        }

        Check(file, plan, baseModel);
        CheckBaseWeights(file, plan, model);
        CheckTied(file, plan.Layout);
        LoraAdapter adapter = new(model, options, plan);
        using IDisposable noGrad = no_grad();
        foreach (ParameterSlot slot in plan.Layout.Slots)
        {
            using Tensor loaded = TensorBytes.Read(file, file[slot.Name]);
            adapter.Parameters[slot.Name].copy_(loaded);
        }

        return adapter;
    }

    public static void Save(LoraAdapter adapter, string folder, string? baseModel, ComputeType type)
    {
        bool half = type == ComputeType.Bf16;
        string config = Path.Combine(folder, Config);
        try
        {
            Directory.CreateDirectory(folder);

            // The configuration is written last: a folder without one is no adapter, so new weights never stand beside an old configuration.
            File.Delete(config);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{folder}: cannot be written to ({error.Message})", error);
        }

        TensorSource[] tensors = [.. adapter.Parameters.Layout.Slots.OrderBy(slot => slot.Name, StringComparer.Ordinal).Select(slot => new TensorSource(
            slot.Name, half ? TensorType.BF16 : TensorType.F32, slot.Shape, stream => TensorBytes.Write(adapter.Parameters[slot.Name], half ? ScalarType.BFloat16 : ScalarType.Float32, stream)))];
        SafetensorsWriter.Write(Path.Combine(folder, Weights), tensors, new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" });
        LoraConfigFile.Write(config, adapter, baseModel);
    }

    /// <summary>
    /// The options with the embedding and the head among the modules that are stored whole, where the file holds them without saying so: PEFT adds them when
    /// tokens were added (<c>save_embedding_layers</c>).
    /// </summary>
    private static LoraOptions WithUndeclared(TransformerModel model, LoraOptions options, SafetensorsFile file)
    {
        LoraSelector selector = new(options);
        IEnumerable<string> stored =
            new[] { model.EmbeddingModule, model.HeadModule }.OfType<string>().Where(module => file.Entries.ContainsKey(LoraPlan.SavedWeight(module)));
        string[] undeclared = [.. stored.Where(module => !options.EnsureWeightTying && !selector.IsSaved(module))];
        return undeclared.Length == 0 || !model.Config.TiedEmbeddings
            ? options with { SaveModules = [.. options.SaveModules, .. undeclared] }
            : throw new PalimpsestException(
                $"{file.Path}: holds {string.Join(" and ", undeclared)} whole without naming them in modules_to_save, "
                + "and the model ties its embedding to its output matrix: whether both are meant is not said. Name them in modules_to_save.");
    }

    /// <summary>Refuses weights of the base model that are not this model's: PEFT would put them into it.</summary>
    private static void CheckBaseWeights(SafetensorsFile file, LoraPlan plan, TransformerModel model)
    {
        using IDisposable noGrad = no_grad();
        foreach (string module in plan.Modules.Select(module => module.Name).Where(name => file.Entries.ContainsKey(LoraPlan.BaseWeight(name))))
        {
            string key = LoraPlan.BaseWeight(module);
            using DisposeScope scope = NewDisposeScope();
            Tensor own = module == model.EmbeddingModule ? model.Embedding.Values() : model.Linears.First(item => item.Name == module).Layer.Values();
            Tensor cast = TensorBytes.Read(file, file[key]).to(own.dtype, own.device);
            if (!cast.shape.SequenceEqual(own.shape) || !cast.eq(own).all().item<bool>())
            {
                throw new PalimpsestException(
                    $"{file.Path}: \"{key}\" holds other weights than the model, which would have to take their place. "
                    + "Save the model the adapter was trained on, and use that.");
            }
        }
    }

    /// <summary>Refuses tied weights that a file holds under both names with different numbers.</summary>
    private static void CheckTied(SafetensorsFile file, ParameterLayout layout)
    {
        foreach ((string alias, string owner) in layout.Tied.Where(pair => file.Entries.ContainsKey(pair.Key)))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor one = TensorBytes.Read(file, file[alias]), other = TensorBytes.Read(file, file[owner]);
            if (!one.shape.SequenceEqual(other.shape) || !one.eq(other).all().item<bool>())
            {
                throw new PalimpsestException(
                    $"{file.Path}: \"{alias}\" and \"{owner}\" differ, though {Config} ties them (ensure_weight_tying). Set that to false there.");
            }
        }
    }

    private static void Check(SafetensorsFile file, LoraPlan plan, string? baseModel)
    {
        List<string> problems = [];
        foreach (ParameterSlot slot in plan.Layout.Slots)
        {
            if (!file.Entries.TryGetValue(slot.Name, out TensorEntry? entry))
            {
                problems.Add($"\"{slot.Name}\" is missing");
            }
            else if (!entry.Shape.SequenceEqual(slot.Shape))
            {
                problems.Add($"\"{slot.Name}\" has shape [{string.Join(", ", entry.Shape)}] where this model and {Config} want [{string.Join(", ", slot.Shape)}]");
            }
            else if (entry.Type is not (TensorType.F32 or TensorType.BF16 or TensorType.F16))
            {
                problems.Add($"\"{slot.Name}\" has type {entry.Type}; supported are F32, BF16 and F16");
            }
        }

        HashSet<string> known = [.. plan.Layout.Slots.Select(slot => slot.Name), .. plan.Layout.Tied.Keys];
        problems.AddRange(file.Entries.Keys.Where(name => !known.Contains(name) && !plan.IsBaseWeight(name)).Order(StringComparer.Ordinal).Select(name => $"\"{name}\" belongs to no module that {Config} speaks of"));
        if (problems.Count > 0)
        {
            throw new PalimpsestException($"{file.Path}: the adapter does not fit the model: {string.Join("; ", problems.Take(MostNamed))}{(problems.Count > MostNamed ? $"; and {problems.Count - MostNamed} more" : "")}.{MadeFor(baseModel)}");
        }
    }

    private static string MadeFor(string? baseModel) => baseModel is null ? " Use the base model that it was made for." : $" The adapter was made for \"{baseModel}\"; use that model.";
}
