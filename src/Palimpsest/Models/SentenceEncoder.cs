using Palimpsest.Data.Batches;
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

    private readonly string _source;

    private EncoderPass? _pass;

    private SentenceEncoder(EncoderModel model, Tokenizer tokenizer, int maxLength, SentenceFolder folder, string source)
    {
        _source = source;
        Model = model;
        Tokenizer = tokenizer;
        MaxLength = maxLength;
        _folder = folder;
    }

    /// <summary>The encoder.</summary>
    public EncoderModel Model { get; }

    /// <summary>Its tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Longer texts are cut to so many tokens, with the tokens that stand around a text kept.</summary>
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
    /// <param name="mode">Frozen, or trainable.</param>
    /// <exception cref="PalimpsestException">A file is missing or damaged, or a module or pooling is not supported.</exception>
    public static SentenceEncoder Load(string folder, TorchContext context, LoadMode mode = LoadMode.Mapped)
    {
        SentenceFolder files = SentenceFolder.Read(folder);
        Tokenizer tokenizer = Tokenizer.Load(files.Encoder);
        EncoderModel model = ModelFolder.Load<EncoderModel>(files.Encoder, context, mode);
        int longest = Math.Min(files.MaxLength ?? model.Config.ContextLength, model.Config.ContextLength);
        if (tokenizer.VocabularySize > model.Config.VocabularySize || longest < 3 || (files.Width ?? model.Config.HiddenSize) != model.Config.HiddenSize)
        {
            int vocabulary = model.Config.VocabularySize, width = model.Config.HiddenSize;
            model.Dispose();
            throw new PalimpsestException(
                $"{folder}: the tokenizer has {tokenizer.VocabularySize} tokens and the encoder {vocabulary}, with at most {longest} in a text, "
                + $"and the pooling a width of {files.Width ?? width} where the encoder has {width}. They do not belong together.");
        }

        return new SentenceEncoder(model, tokenizer, longest, files, folder);
    }

    /// <summary>The tokens of a text as the encoder gets them.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="prompt">A name out of <see cref="Prompts"/>; null for the <see cref="DefaultPrompt"/>.</param>
    /// <exception cref="PalimpsestException">There is no such prompt.</exception>
    public int[] Encode(string text, string? prompt = null) => Tokenizer.Cut(EncodeWhole(text, prompt), MaxLength);

    /// <summary>As <see cref="Encode"/>, but not cut.</summary>
    internal int[] EncodeWhole(string text, string? prompt = null)
    {
        string whole = Before(prompt) + text;
        return Tokenizer.Encode(_folder.LowerCase ? whole.ToLowerInvariant() : whole, specialTokensAsText: true);
    }

    /// <summary>The vectors of texts that are tokens already, with a gradient.</summary>
    /// <param name="texts">A row a text.</param>
    /// <returns>[texts, width], f32, as the folder pools and normalises.</returns>
    public Tensor Vectors(TokenBatch texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        using DisposeScope temporaries = NewDisposeScope();
        Tensor real = tensor(texts.RealTokens(), [texts.Batch, texts.Time], device: Model.Context.Device);
        return Pooled(Model.Hidden(texts), real).MoveToOuterDisposeScope();
    }

    /// <summary>Writes a folder that sentence-transformers and <see cref="Load"/> read: the weights as they are now, and the files of the folder that this
    /// encoder came from.</summary>
    /// <param name="folder">Created if needed; another than that one.</param>
    /// <param name="type">Element type of the weights: f32 or bf16.</param>
    /// <exception cref="PalimpsestException">The folder cannot be written.</exception>
    public void Save(string folder, ComputeType type = ComputeType.F32)
    {
        ModelFolder.Save(Model, EncoderIn(folder), type);
        SaveBeside(folder);
    }

    /// <summary>Writes all but the encoder's weights and configuration.</summary>
    internal void SaveBeside(string folder)
    {
        Tokenizer.Save(EncoderIn(folder));
        try
        {
            foreach (string file in SentenceFolder.Files(_source))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
                File.Copy(Path.Combine(_source, file), Path.Combine(folder, file), overwrite: true);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{folder}: cannot be written ({error.Message})", error);
        }
    }

    /// <summary>Where the encoder lies in a folder of the same form.</summary>
    internal string EncoderIn(string folder) => Path.Combine(folder, Path.GetRelativePath(_source, _folder.Encoder));

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
        return Embed([.. texts.Select(text => Encode(text, prompt))], batchSize);
    }

    /// <summary>The vectors of texts that are tokens already.</summary>
    internal float[][] Embed(int[][] encoded, int batchSize = 32)
    {
        float[][] vectors = new float[encoded.Length][];
        using IDisposable noGrad = no_grad();
        EncoderPass? pass = Pass();
        foreach (int[] chunk in Enumerable.Range(0, encoded.Length).OrderBy(i => encoded[i].Length).Chunk(batchSize))
        {
            if (pass is not null && encoded[chunk[0]].Length > 0 && encoded[chunk[^1]].Length <= Model.Config.ContextLength)
            {
                Embed(pass, chunk, encoded, vectors);
                continue;
            }

            using DisposeScope scope = NewDisposeScope();
            float[] flat = TensorBytes.ToArray(Forward([.. chunk.Select(i => encoded[i])]));
            for (int i = 0; i < chunk.Length; i++)
            {
                vectors[chunk[i]] = flat[(i * Width)..((i + 1) * Width)];
            }
        }

        return vectors;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pass?.Dispose();
        Model.Dispose();
    }

    /// <summary>The pass without libtorch, where the model as it is now allows it.</summary>
    private EncoderPass? Pass()
    {
        if (_pass is not { IsCurrent: true })
        {
            _pass?.Dispose();
            _pass = EncoderPass.TryCreate(Model);
        }

        return _pass;
    }

    private void Embed(EncoderPass pass, ReadOnlySpan<int> chunk, int[][] encoded, float[][] vectors)
    {
        while (chunk.Length > 0)
        {
            (int count, int tokens) = (1, encoded[chunk[0]].Length);
            for (; count < chunk.Length && tokens + encoded[chunk[count]].Length <= EncoderPass.Comfortable; count++)
            {
                tokens += encoded[chunk[count]].Length;
            }

            EmbedTogether(pass, chunk[..count], encoded, vectors);
            chunk = chunk[count..];
        }
    }

    private void EmbedTogether(EncoderPass pass, ReadOnlySpan<int> chunk, int[][] encoded, float[][] vectors)
    {
        ReadOnlySpan<float> hidden = pass.Hidden(Array.ConvertAll(chunk.ToArray(), i => encoded[i])); // [tokens of all texts, width]
        foreach (int i in chunk)
        {
            int tokens = encoded[i].Length, pooled = _folder.FirstToken ? 1 : tokens;
            float[] vector = hidden[..Width].ToArray();
            for (int token = 1; token < pooled; token++)
            {
                Torch.Vectors.Add(vector, hidden.Slice(token * Width, Width), vector);
            }

            float length = _folder.Normalise ? Math.Max(MathF.Sqrt(Torch.Vectors.Dot(vector, vector)) / pooled, 1e-12f) : 1f;
            Torch.Vectors.Scale(vector, 1f / (pooled * length));
            vectors[i] = vector;
            hidden = hidden[(tokens * Width)..];
        }
    }

    private Tensor Forward(int[][] sequences)
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
        return Pooled(Model.Hidden(tensor(ids, shape, device: Model.Context.Device), real), real);
    }

    private Tensor Pooled(Tensor hidden, Tensor real)
    {
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
