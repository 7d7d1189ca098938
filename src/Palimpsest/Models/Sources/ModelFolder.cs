using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Torch.Packed;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Sources;

/// <summary>Loads and saves model folders in the Hugging Face form: <c>config.json</c> and <c>model.safetensors</c>.</summary>
public static class ModelFolder
{
    /// <summary>Loads a causal language model, or a classifier over its last token.</summary>
    /// <param name="folder">Holds <c>config.json</c> and <c>model.safetensors</c>, or shards with an index; a GGUF file or a llama2.c file is taken too.</param>
    /// <param name="context">Device and compute type.</param>
    /// <param name="mode">Trainable, or frozen and mapped or copied.</param>
    /// <param name="configName">Name of the configuration in the folder.</param>
    /// <exception cref="PalimpsestException">A file is missing or damaged, a tensor is missing, superfluous or of the wrong shape or type, or the architecture is unknown.</exception>
    public static CausalModel Load(string folder, TorchContext context, LoadMode mode = LoadMode.Trainable, string configName = "config.json")
    {
        return Load<CausalModel>(folder, context, mode, configName);
    }

    /// <summary>Loads a model of a kind.</summary>
    /// <typeparam name="T"><see cref="CausalModel"/>, <see cref="EncoderModel"/>, or <see cref="TransformerModel"/> for either.</typeparam>
    /// <param name="folder">As in <see cref="Load(string, TorchContext, LoadMode, string)"/>.</param>
    /// <param name="context">Device and compute type.</param>
    /// <param name="mode">Trainable, or frozen and mapped or copied.</param>
    /// <param name="configName">Name of the configuration in the folder.</param>
    /// <exception cref="PalimpsestException">As there, or the model is of the other kind.</exception>
    public static T Load<T>(string folder, TorchContext context, LoadMode mode = LoadMode.Trainable, string configName = "config.json")
        where T : TransformerModel
    {
        ArgumentNullException.ThrowIfNull(context);
        using ModelSource source = ModelSource.Open(folder, configName);
        return source.Load<T>(context, mode);
    }

    /// <summary>Saves the model's configuration and weights; each file whole or not at all.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">Created if needed.</param>
    /// <param name="type">Element type of the file: f32 or bf16.</param>
    /// <exception cref="PalimpsestException">The folder cannot be written.</exception>
    public static void Save(TransformerModel model, string folder, ComputeType type = ComputeType.F32)
    {
        ArgumentNullException.ThrowIfNull(model);
        Save(model, folder, type, slot =>
            model.Parameters.PackedOf(slot.Name) is PackedTensor packed ? packed.Values(0, packed.Shape[0]) : model.Parameters[slot.Name].alias());
    }

    /// <summary>Saves with other tensors than the model's own; each is asked for when it is written, in a scope of its own.</summary>
    internal static void Save(TransformerModel model, string folder, ComputeType type, Func<ParameterSlot, Tensor> tensorOf) =>
        Write(folder, model.Config, model.Parameters.Layout, tensorOf, type);

    /// <summary>Writes a model that is not loaded, tensor by tensor.</summary>
    /// <param name="source">The model.</param>
    /// <param name="folder">Created if needed.</param>
    /// <param name="type">Element type of the file: f32 or bf16.</param>
    /// <exception cref="PalimpsestException">The folder cannot be written, or the form has no words for something in the model.</exception>
    public static void Save(ModelSource source, string folder, ComputeType type = ComputeType.F32)
    {
        ArgumentNullException.ThrowIfNull(source);
        Write(folder, source.Config, source.Layout, Read, type);

        Tensor Read(ParameterSlot slot)
        {
            Tensor values = empty([.. slot.Shape]);
            source.Fill(slot, values);
            return values;
        }
    }

    private static void Write(string folder, ModelConfig config, ParameterLayout layout, Func<ParameterSlot, Tensor> read, ComputeType type)
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

        TensorSource[] tensors = [.. layout.Slots.Select(slot => Stored(config, slot, read, half))];
        SafetensorsWriter.Write(Path.Combine(folder, SafetensorsSet.SingleName), tensors, new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" });
        ModelConfigFile.Write(Path.Combine(folder, "config.json"), config, half ? "bfloat16" : "float32");
        if (config is CausalConfig { Labels.Count: 0 } causal)
        {
            GenerationConfigFile.Write(Path.Combine(folder, GenerationConfigFile.Name), causal);
        }
    }

    private static TensorSource Stored(ModelConfig config, ParameterSlot slot, Func<ParameterSlot, Tensor> read, bool half)
    {
        bool turned = config.IsStoredTransposed(slot.Name);
        return new TensorSource(slot.Name, half ? TensorType.BF16 : TensorType.F32, turned ? [.. slot.Shape.Reverse()] : slot.Shape, stream =>
        {
            using IDisposable noGrad = no_grad();
            using DisposeScope scope = NewDisposeScope();
            Tensor values = read(slot);
            Tensor ordered = turned ? values.t() : values;
            TensorBytes.Write(ordered, half ? ScalarType.BFloat16 : ScalarType.Float32, stream);
        });
    }
}
