using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Text;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models;

/// <summary>Turns texts into vectors: a folder of sentence-transformers with an encoder, pooling and, where the folder asks for it, normalisation.</summary>
/// <remarks>Reimers and Gurevych, Sentence-BERT, arXiv 1908.10084. Not thread-safe.</remarks>
public sealed class SentenceEncoder : IDisposable
{
    private readonly SentenceFolder _folder;

    private SentenceEncoder(EncoderModel model, Tokenizer tokenizer, int maxLength, SentenceFolder folder)
    {
        Model = model;
        Tokenizer = tokenizer;
        MaxLength = maxLength;
        _folder = folder;
    }

    /// <summary>The encoder.</summary>
    public EncoderModel Model { get; }

    /// <summary>Its tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Longer texts are cut to so many tokens, with the token that ends a text kept.</summary>
    public int MaxLength { get; }

    /// <summary>What can be put before a text, by name, such as <c>query</c>.</summary>
    public IReadOnlyDictionary<string, string> Prompts => _folder.Prompts;

    /// <summary>The name of the prompt that is put before every text unless another is asked for, or null.</summary>
    public string? DefaultPrompt => _folder.DefaultPrompt;

    /// <summary>Numbers of a vector.</summary>
    public int Width => Model.Config.HiddenSize;

    /// <summary>Whether a folder is one of sentence-transformers.</summary>
    public static bool Recognises(string folder) => File.Exists(Path.Combine(folder, SentenceFolder.Modules));

    /// <summary>Loads a folder.</summary>
    /// <param name="folder">Holds <c>modules.json</c>, the pooling's <c>config.json</c>, and the encoder with its tokenizer.</param>
    /// <param name="context">Device and compute type.</param>
    /// <exception cref="PalimpsestException">A file is missing or damaged, or a module or pooling is not supported.</exception>
    public static SentenceEncoder Load(string folder, TorchContext context)
    {
        SentenceFolder files = SentenceFolder.Read(folder);
        Tokenizer tokenizer = Tokenizer.Load(files.Encoder);
        EncoderModel model = ModelFolder.Load<EncoderModel>(files.Encoder, context, LoadMode.Mapped);
        int longest = Math.Min(files.MaxLength ?? model.Config.ContextLength, model.Config.ContextLength);
        if (tokenizer.VocabularySize > model.Config.VocabularySize || longest < 3 || (files.Width ?? model.Config.HiddenSize) != model.Config.HiddenSize)
        {
            int vocabulary = model.Config.VocabularySize, width = model.Config.HiddenSize;
            model.Dispose();
            throw new PalimpsestException(
                $"{folder}: the tokenizer has {tokenizer.VocabularySize} tokens and the encoder {vocabulary}, with at most {longest} in a text, "
                + $"and the pooling a width of {files.Width ?? width} where the encoder has {width}. They do not belong together.");
        }

        return new SentenceEncoder(model, tokenizer, longest, files);
    }

    /// <summary>The tokens of a text as the encoder gets them.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="prompt">A name out of <see cref="Prompts"/>; null for the <see cref="DefaultPrompt"/>.</param>
    /// <exception cref="PalimpsestException">There is no such prompt.</exception>
    public int[] Encode(string text, string? prompt = null)
    {
        string whole = Before(prompt) + text;
        int[] ids = Tokenizer.Encode(_folder.LowerCase ? whole.ToLowerInvariant() : whole, specialTokensAsText: true);
        return ids.Length <= MaxLength ? ids : [.. ids.Take(MaxLength - 1), ids[^1]];
    }

    /// <summary>The vectors of texts.</summary>
    /// <param name="texts">Any texts.</param>
    /// <param name="batchSize">Texts of one pass; texts of like length go together.</param>
    /// <param name="prompt">A name out of <see cref="Prompts"/>, whose text is put before each; null for the <see cref="DefaultPrompt"/>.</param>
    /// <returns>One vector of <see cref="Width"/> numbers a text, in the order of the texts.</returns>
    /// <exception cref="PalimpsestException">There is no such prompt.</exception>
    public float[][] Embed(IReadOnlyList<string> texts, int batchSize = 32, string? prompt = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        int[][] encoded = [.. texts.Select(text => Encode(text, prompt))];
        float[][] vectors = new float[texts.Count][];
        using IDisposable noGrad = no_grad();
        foreach (int[] chunk in Enumerable.Range(0, texts.Count).OrderBy(i => encoded[i].Length).Chunk(batchSize))
        {
            using DisposeScope scope = NewDisposeScope();
            float[] flat = TensorBytes.ToArray(Embed([.. chunk.Select(i => encoded[i])]));
            for (int i = 0; i < chunk.Length; i++)
            {
                vectors[chunk[i]] = flat[(i * Width)..((i + 1) * Width)];
            }
        }

        return vectors;
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    private Tensor Embed(int[][] sequences)
    {
        int time = Math.Max(1, sequences.Max(ids => ids.Length));
        long[] ids = new long[sequences.Length * time], mask = new long[ids.Length];
        Array.Fill(ids, Model.Config.PadToken ?? 0);
        for (int row = 0; row < sequences.Length; row++)
        {
            for (int i = 0; i < sequences[row].Length; i++)
            {
                (ids[(row * time) + i], mask[(row * time) + i]) = (sequences[row][i], 1);
            }
        }

        long[] shape = [sequences.Length, time];
        Tensor real = tensor(mask, shape, device: Model.Context.Device);
        Tensor hidden = Model.Hidden(tensor(ids, shape, device: Model.Context.Device), real);
        Tensor pooled = _folder.FirstToken ? hidden.select(1, 0).to_type(ScalarType.Float32) : EncoderModel.MeanPooled(hidden, real); // [batch, width]
        return _folder.Normalise ? nn.functional.normalize(pooled) : pooled;
    }

    private string Before(string? prompt)
    {
        prompt ??= DefaultPrompt;
        return prompt is null ? "" : Prompts.TryGetValue(prompt, out string? text)
            ? text
            : throw new PalimpsestException(
                $"There is no prompt \"{prompt}\" in {_folder.Encoder}. "
                + (Prompts.Count == 0 ? "The folder has none." : $"There are: {string.Join(", ", Prompts.Keys)}."));
    }
}
