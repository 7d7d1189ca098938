using Palimpsest.Data.Batches;
using Palimpsest.Data.Chats;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Text;
using Palimpsest.Torch;
using Palimpsest.Torch.Packed;

namespace Palimpsest.Models;

/// <summary>A causal model together with its tokenizer.</summary>
public sealed class LanguageModel : IDisposable
{
    private LoraAdapters? _adapters;

    /// <summary>Puts the two together.</summary>
    /// <param name="model">The model; disposed with this object.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="PalimpsestException">The tokenizer has more tokens than the model.</exception>
    public LanguageModel(CausalModel model, Tokenizer tokenizer, string name)
    {
        Model = model ?? throw new ArgumentNullException(nameof(model));
        Tokenizer = tokenizer ?? throw new ArgumentNullException(nameof(tokenizer));
        Name = name;
        Chats = new ModelChatRenderer(tokenizer);
        if (tokenizer.VocabularySize > model.Config.VocabularySize)
        {
            throw new PalimpsestException($"{name}: the tokenizer has {tokenizer.VocabularySize} tokens, the model {model.Config.VocabularySize}. They do not belong together.");
        }
    }

    /// <summary>The model.</summary>
    public CausalModel Model { get; }

    /// <summary>Its tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The form of its chats: its own template, or lines of <c>User: ...</c> and <c>Assistant: ...</c> where it has none.</summary>
    public IChatRenderer Chats { get; }

    /// <summary>Counts, over all that is measured with the model, where a prompt and its completion were encoded apart.</summary>
    internal PromptBoundaries Boundaries { get; } = new();

    /// <summary>Makes tokens of what the model is asked and scored on.</summary>
    /// <param name="maxLength">Most tokens; 0 for the model's context.</param>
    internal ExampleEncoder Encoder(int maxLength = 0) =>
        new(Tokenizer, maxLength > 0 ? maxLength : Model.Config.ContextLength, TooLongPolicy.Truncate, chat: Chats) { Boundaries = Boundaries };

    /// <summary>What was read otherwise than it stands in the model's files, a sentence each.</summary>
    public IReadOnlyCollection<string> Notes { get; private init; } = [];

    /// <summary>The folder or file it came from, or the name of an embedded model.</summary>
    public string Name { get; }

    /// <summary>Loads an embedded model, a folder or a file.</summary>
    /// <param name="nameOrFolder">For example <c>base-v1</c>, a folder with <c>config.json</c>, <c>model.safetensors</c> and <c>tokenizer.json</c>, a GGUF file, or a llama2.c file with its vocabulary beside it.</param>
    /// <param name="context">Device and compute type.</param>
    /// <param name="mode">Trainable, or frozen.</param>
    /// <exception cref="PalimpsestException">A file is missing or damaged, or asks for something unknown.</exception>
    public static LanguageModel Load(string nameOrFolder, TorchContext context, LoadMode mode = LoadMode.Trainable) => Load(nameOrFolder, source => source.Load(context, mode));

    /// <summary>Loads a model in a way that depends on what it is, and needs libtorch only when its description and vocabulary have been read; see
    /// <see cref="NativeLibraries.LoadBeside"/>.</summary>
    /// <param name="nameOrFolder">As in <see cref="Load(string, TorchContext, LoadMode)"/>.</param>
    /// <param name="context">Makes device and compute type.</param>
    /// <param name="mode">Sees the opened model, such as <see cref="ModelSource.CanStayPacked"/>, and the context.</param>
    /// <exception cref="PalimpsestException">A file is missing or damaged, or asks for something unknown.</exception>
    public static LanguageModel Load(string nameOrFolder, Func<TorchContext> context, Func<ModelSource, TorchContext, LoadMode> mode)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(mode);
        return Load(nameOrFolder, source =>
        {
            TorchContext made = context();
            return source.Load(made, mode(source, made));
        });
    }

    /// <summary>Loads a model with a classification head in place of the output matrix; see <see cref="ModelSource.LoadClassifier"/>.</summary>
    /// <param name="nameOrFolder">As in <see cref="Load(string, TorchContext, LoadMode)"/>.</param>
    /// <param name="context">Device and compute type.</param>
    /// <param name="labels">Names of the classes, at least two.</param>
    /// <param name="random">Fills a fresh head.</param>
    /// <param name="mode">Trainable, or frozen.</param>
    /// <exception cref="PalimpsestException">A file is missing or damaged, or asks for something unknown.</exception>
    public static LanguageModel LoadClassifier(string nameOrFolder, TorchContext context, IReadOnlyList<string> labels, RandomStream random, LoadMode mode = LoadMode.Trainable) =>
        Load(nameOrFolder, source => source.LoadClassifier(context, labels, random, mode));

    private static LanguageModel Load(string nameOrFolder, Func<ModelSource, CausalModel> load)
    {
        using ModelSource source = ModelSource.Open(EmbeddedModels.Resolve(nameOrFolder));
        Tokenizer tokenizer = source.ReadTokenizer();
        CausalModel model = load(source);
        try
        {
            string[] notes = [.. source.Notes, .. tokenizer.Notes, .. Unpacked(model.Parameters.Packed.Values)];
            return new LanguageModel(model, tokenizer, nameOrFolder) { Notes = notes };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>What is to be said of matrices that stay packed and have no loops of their own, a sentence for each type.</summary>
    internal static IEnumerable<string> Unpacked(IEnumerable<PackedTensor> matrices) =>
        from packed in matrices
        where !packed.IsFused
        group packed by packed.Type into kind
        select $"{kind.Count()} matrices are {kind.Key}, for which there are no products: their rows are unpacked before they are multiplied, "
            + "some three times slower than Q4_0. Loaded in f32 they are unpacked once.";

    /// <summary>Puts an adapter in the PEFT format on the model, in place of one that is on it.</summary>
    /// <param name="folder">Holds <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <returns>The adapter; disposed with this object.</returns>
    /// <exception cref="PalimpsestException">The adapter is damaged, or does not fit the model.</exception>
    public LoraAdapter Attach(string folder)
    {
        LoraAdapter adapter = LoraAdapter.Load(Model, folder);
        Detach();
        _adapters = new LoraAdapters(Model);
        _adapters.Activate(adapter);
        return adapter;
    }

    /// <summary>Takes the adapter off and disposes it, if there is one.</summary>
    public void Detach()
    {
        LoraAdapter[] active = [.. _adapters?.Active ?? []];
        _adapters?.Dispose();
        _adapters = null;
        foreach (LoraAdapter adapter in active)
        {
            adapter.Dispose();
        }
    }

    /// <summary>Asks for the same vocabulary as another model's; disposes this model where it has another.</summary>
    /// <param name="other">The other model.</param>
    /// <param name="key">The recipe's key that names this model.</param>
    /// <exception cref="PalimpsestException">A token differs.</exception>
    internal void RequireTokensOf(LanguageModel other, string key)
    {
        int differs = Enumerable.Range(0, Math.Max(Tokenizer.VocabularySize, other.Tokenizer.VocabularySize)).FirstOrDefault(id =>
            Tokenizer.TokenOf(id) != other.Tokenizer.TokenOf(id), -1);
        if (differs >= 0)
        {
            Dispose();
            throw new PalimpsestException($"{key}: {Name} has another vocabulary than {other.Name}: token {differs} is \"{Tokenizer.TokenOf(differs)}\" "
                + $"there and \"{other.Tokenizer.TokenOf(differs)}\" here. Name a model with the same tokenizer.");
        }
    }

    /// <summary>Writes a folder that Hugging Face's libraries read: configuration, weights and tokenizer.</summary>
    /// <param name="folder">Created if needed.</param>
    /// <param name="type">Element type of the weights: f32 or bf16.</param>
    /// <exception cref="PalimpsestException">The folder cannot be written.</exception>
    public void Save(string folder, ComputeType type = ComputeType.F32)
    {
        ModelFolder.Save(Model, folder, type);
        Tokenizer.Save(folder);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Detach();
        Model.Dispose();
    }
}
