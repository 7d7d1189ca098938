using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Text;
using Palimpsest.Torch;
using static TorchSharp.torch;

namespace Palimpsest.Models.Sources;

/// <summary>A causal language model as it lies on a disk, opened and checked but not yet loaded: a Hugging Face folder, a GGUF file or a llama2.c file.</summary>
public abstract class ModelSource : IDisposable
{
    private protected ModelSource(string path, CausalConfig config)
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
    public CausalConfig Config { get; }

    /// <summary>The tensors of the model.</summary>
    public ParameterLayout Layout { get; }

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

        return GgufSource.Recognises(path) ? GgufSource.Open(path) : Llama2cSource.Recognises(path)
            ? Llama2cSource.Open(path)
            : throw new PalimpsestException($"{path}: is neither a GGUF file nor a llama2.c file (.bin). For a safetensors file name its folder, which holds config.json too.");
    }

    /// <summary>The tokenizer that lies in the model or beside it.</summary>
    /// <exception cref="PalimpsestException">There is none, or it is not supported.</exception>
    public abstract Tokenizer ReadTokenizer();

    /// <summary>How a tensor is stored, such as "Q4_1", and in how many bytes.</summary>
    public abstract (string Type, long Bytes) Stored(ParameterSlot slot);

    /// <summary>Loads the weights.</summary>
    /// <param name="context">Device and compute type.</param>
    /// <param name="mode">Trainable in f32, whole or but for the embeddings, or frozen in the compute type; only tensors that a folder holds in that type can be mapped, others are copied.</param>
    /// <exception cref="PalimpsestException">The file was cut since it was opened.</exception>
    public CausalModel Load(TorchContext context, LoadMode mode = LoadMode.Trainable)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new CausalModel(Config, StoreLoader.Load(Layout, context, mode, Config.IsEmbedding, Fill, TryMap), context);
    }

    /// <summary>Loads the weights with a classification head over the last token in place of the output matrix, as Hugging Face's <c>ForSequenceClassification</c> models have it.</summary>
    /// <param name="context">Device and compute type.</param>
    /// <param name="labels">Names of the classes, at least two. A model that has a head for just these keeps it.</param>
    /// <param name="random">Fills a fresh head, normal with <see cref="CausalConfig.InitializerRange"/>.</param>
    /// <param name="mode">As in <see cref="Load"/>.</param>
    /// <exception cref="PalimpsestException">The file was cut since it was opened.</exception>
    public CausalModel LoadClassifier(TorchContext context, IReadOnlyList<string> labels, RandomStream random, LoadMode mode = LoadMode.Trainable)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfLessThan(labels.Count, 2);
        if (Config.Labels.SequenceEqual(labels))
        {
            return Load(context, mode);
        }

        CausalConfig config = Config with { Labels = [.. labels], TiedEmbeddings = false };
        ParameterLayout layout = CausalModel.LayoutOf(config);
        return new CausalModel(config, StoreLoader.Load(layout, context, mode, config.IsEmbedding, FillOrInitialise, (slot, wanted) => slot.Name == config.HeadName ? null : TryMap(Layout[slot.Name], wanted)), context);

        void FillOrInitialise(ParameterSlot slot, Tensor target)
        {
            if (slot.Name != config.HeadName)
            {
                Fill(Layout[slot.Name], target);
                return;
            }

            RandomStream stream = random.Child("init", slot.Name);
            using Tensor values = tensor([.. Enumerable.Range(0, (int)slot.Count).Select(_ => (float)(stream.NextGaussian() * config.InitializerRange))], [.. slot.Shape]);
            target.copy_(values);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    private protected abstract void Close();

    /// <summary>Copies a tensor's values into one of the slot's shape, of any floating-point type and on any device.</summary>
    internal abstract void Fill(ParameterSlot slot, Tensor target);

    /// <summary>The tensor as a map of the file, or null where that is impossible.</summary>
    private protected virtual Tensor? TryMap(ParameterSlot slot, ScalarType wanted) => null;
}
