using Palimpsest.Common;
using Palimpsest.Models.Families;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Text;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Sources;

/// <summary>A model as it lies on a disk, opened and checked but not yet loaded: a Hugging Face folder, a GGUF file or a llama2.c file.</summary>
public abstract class ModelSource : IDisposable
{
    private protected ModelSource(string path, ModelConfig config)
    {
        Path = path;
        Config = config;
        Layout = StoreLoader.LayoutOf(path, config.Parameters(), config.Tied());
    }

    /// <summary>The folder or file.</summary>
    public string Path { get; }

    /// <summary>What it is, such as "GGUF file".</summary>
    public abstract string Format { get; }

    /// <summary>What was read otherwise than it stands in the files, a sentence each; complete when the tokenizer has been read.</summary>
    public virtual IReadOnlyCollection<string> Notes => [];

    /// <summary>The shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>The tensors of the model.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Tensors of the files that no parameter is read from, such as the head of the first training, and why.</summary>
    public virtual IReadOnlyDictionary<string, string> Unused { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether <see cref="LoadMode.Packed"/> is possible: of models of the family Llama.</summary>
    public bool CanStayPacked => Config is LlamaConfig;

    /// <summary>Opens a model and checks that it is whole: no tensor is missing, superfluous or of the wrong shape.</summary>
    /// <param name="path">A Hugging Face folder, a GGUF file (any part of a split one), or a llama2.c file.</param>
    /// <param name="configName">Name of the configuration in a folder.</param>
    /// <exception cref="PalimpsestException">There is no such model, a file is damaged, or something in it is not supported.</exception>
    public static ModelSource Open(string path, string configName = "config.json")
    {
        if (Directory.Exists(path))
        {
            return FolderSource.OpenFolder(path, configName);
        }

        if (!File.Exists(path))
        {
            throw new PalimpsestException($"{path}: no such folder or file. A model is a folder with config.json, model.safetensors and tokenizer.json, a GGUF file, or a llama2.c file.");
        }

        try
        {
            RegularFile.Check(path);
        }
        catch (IOException error)
        {
            throw new PalimpsestException($"{path}: cannot be read ({error.Message}).", error);
        }

        return GgufSource.Recognises(path) ? GgufSource.Open(path) : Llama2cSource.Recognises(path)
            ? Llama2cSource.Open(path)
            : throw new PalimpsestException($"{path}: is neither a GGUF file nor a llama2.c file (.bin). For a safetensors file name its folder, which holds config.json too.");
    }

    /// <summary>The tokenizer that lies in the model or beside it.</summary>
    /// <exception cref="PalimpsestException">There is none, or it is not supported.</exception>
    public abstract Tokenizer ReadTokenizer();

    /// <summary>How a tensor is stored, such as "Q4_1", and in how many bytes.</summary>
    public abstract (string Type, long Bytes) Stored(ParameterSlot slot);

    /// <summary>Loads the weights of a causal language model.</summary>
    /// <param name="context">Device and compute type.</param>
    /// <param name="mode">Trainable in f32, whole or but for the embeddings, or frozen in the compute type; only tensors that a folder holds in that type can be mapped, others are copied.</param>
    /// <exception cref="PalimpsestException">The file was cut since it was opened, or it holds an encoder.</exception>
    public CausalModel Load(TorchContext context, LoadMode mode = LoadMode.Trainable) => Load<CausalModel>(context, mode);

    /// <summary>Loads the weights.</summary>
    /// <typeparam name="T"><see cref="CausalModel"/>, <see cref="EncoderModel"/>, or <see cref="TransformerModel"/> for either.</typeparam>
    /// <param name="context">Device and compute type.</param>
    /// <param name="mode">As in <see cref="Load(TorchContext, LoadMode)"/>.</param>
    /// <exception cref="PalimpsestException">The file was cut since it was opened, or the model is of another kind.</exception>
    public T Load<T>(TorchContext context, LoadMode mode = LoadMode.Trainable)
        where T : TransformerModel
    {
        ArgumentNullException.ThrowIfNull(context);
        Require<T>();
        return (T)Config.Architecture.Build(
            Config, StoreLoader.Load(Layout, context, Checked(mode, context), Config, new StoredParameters(Fill, TryMap, TryKeep)), context);
    }

    /// <summary>Loads a causal model with a classification head over the last token.</summary>
    /// <inheritdoc cref="LoadClassifier{T}"/>
    public CausalModel LoadClassifier(TorchContext context, IReadOnlyList<string> labels, RandomStream random, LoadMode mode = LoadMode.Trainable) =>
        LoadClassifier<CausalModel>(context, labels, random, mode);

    /// <summary>
    /// Loads the weights with a classification head in place of what gives scores now, as Hugging Face's <c>ForSequenceClassification</c> models have it.
    /// </summary>
    /// <typeparam name="T">As in <see cref="Load{T}"/>.</typeparam>
    /// <param name="context">Device and compute type.</param>
    /// <param name="labels">Names of the classes, at least two. A model that has a head for just these keeps it.</param>
    /// <param name="random">Fills what the files do not hold: the layer over the classes, and below it what an encoder's head has; matrices normal with
    /// <see cref="ModelConfig.InitializerRange"/>, biases zero.</param>
    /// <param name="mode">As in <see cref="Load(TorchContext, LoadMode)"/>.</param>
    /// <exception cref="PalimpsestException">The file was cut since it was opened, or the model is of another kind.</exception>
    public T LoadClassifier<T>(TorchContext context, IReadOnlyList<string> labels, RandomStream random, LoadMode mode = LoadMode.Trainable)
        where T : TransformerModel
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(labels.Count, 2);
        Require<T>();
        if (Config.Labels.SequenceEqual(labels))
        {
            return Load<T>(context, mode);
        }

        ModelConfig config = Config.WithLabels(labels);
        bool IsFresh(ParameterSlot slot) => config.IsHead(slot.Name) || !Holds(slot);
        StoredParameters stored = new(
            FillOrInitialise,
            (slot, wanted) => IsFresh(slot) ? null : TryMap(slot, wanted),
            (slot, copy) => IsFresh(slot) ? null : TryKeep(slot, copy));
        ParameterStore store = StoreLoader.Load(TransformerModel.LayoutOf(config), context, Checked(mode, context), config, stored);
        return (T)config.Architecture.Build(config, store, context);

        void FillOrInitialise(ParameterSlot slot, Tensor target)
        {
            if (IsFresh(slot))
            {
                TransformerModel.Initialise(config, slot, target, random);
            }
            else
            {
                Fill(slot, target);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    private protected abstract void Close();

    /// <summary>Whether the files hold a parameter of this name and shape.</summary>
    internal abstract bool Holds(ParameterSlot slot);

    /// <summary>Copies a tensor's values into one of the slot's shape, of any floating-point type and on any device.</summary>
    internal abstract void Fill(ParameterSlot slot, Tensor target);

    /// <summary>The tensor as a map of the file, or null where that is impossible.</summary>
    private protected virtual Tensor? TryMap(ParameterSlot slot, ScalarType wanted) => null;

    /// <summary>A matrix in the type in which the file holds it; null where it has to be filled, as f32.</summary>
    private protected virtual StoredMatrix? TryKeep(ParameterSlot slot, bool copy) => null;

    private LoadMode Checked(LoadMode mode, TorchContext context) =>
        mode is LoadMode.Packed or LoadMode.PackedCopied
            && (!CanStayPacked || context.ScalarType != ScalarType.Float32 || context.Device.type != DeviceType.CPU)
            ? throw new PalimpsestException(
                $"{Path}: its weights cannot stay packed: that is for models of the family Llama with f32 activations on a CPU. "
                + "Load it with its weights in f32 or bf16.")
            : mode;

    private void Require<T>()
    {
        bool encoder = Config is EncoderConfig;
        if (typeof(T) == (encoder ? typeof(CausalModel) : typeof(EncoderModel)))
        {
            throw new PalimpsestException(
                $"{Path}: is {(encoder ? "an encoder" : "a causal language model")} ({Config.Architecture.NameOf(Config)}), "
                + $"but {(encoder ? "a causal language model, which predicts the next token," : "an encoder")} is wanted here.");
        }
    }
}
