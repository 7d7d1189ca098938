using System.Text.Json.Nodes;
using Palimpsest.Common;
using Palimpsest.Models.Encoders;
using Palimpsest.Models.Transformers;
using Palimpsest.Text;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models;

/// <summary>Turns texts into vectors: a folder of sentence-transformers with a BERT encoder, pooling and, where the folder asks for it, normalisation.</summary>
/// <remarks>Reimers and Gurevych, Sentence-BERT, arXiv 1908.10084. Not thread-safe.</remarks>
public sealed class SentenceEncoder : IDisposable
{
    private readonly bool _firstToken;
    private readonly bool _normalise;

    private SentenceEncoder(EncoderModel model, Tokenizer tokenizer, int maxLength, bool firstToken, bool normalise)
    {
        Model = model;
        Tokenizer = tokenizer;
        MaxLength = maxLength;
        _firstToken = firstToken;
        _normalise = normalise;
    }

    /// <summary>The encoder.</summary>
    public EncoderModel Model { get; }

    /// <summary>Its tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Longer texts are cut to so many tokens, with the token that ends a text kept.</summary>
    public int MaxLength { get; }

    /// <summary>Numbers of a vector.</summary>
    public int Width => Model.Config.HiddenSize;

    /// <summary>Whether a folder is one of sentence-transformers.</summary>
    public static bool Recognises(string folder) => File.Exists(Path.Combine(folder, "modules.json"));

    /// <summary>Loads a folder.</summary>
    /// <param name="folder">Holds <c>modules.json</c>, the pooling's <c>config.json</c>, and the encoder with its tokenizer.</param>
    /// <param name="context">Device and compute type.</param>
    /// <exception cref="PalimpsestException">A file is missing or damaged, or a module or pooling is not supported.</exception>
    public static SentenceEncoder Load(string folder, TorchContext context)
    {
        string file = Path.Combine(folder, "modules.json");
        List<(string Kind, string Path)> modules = Modules(file);
        if (modules.Count is < 2 or > 3 || modules[0].Kind != "Transformer" || modules[1].Kind != "Pooling" || (modules.Count == 3 && modules[2].Kind != "Normalize"))
        {
            throw new PalimpsestException($"{file}: the modules {string.Join(", ", modules.Select(module => module.Kind))} are not supported; supported: Transformer, Pooling and, if wanted, Normalize.");
        }

        ConfigReader pooling = ConfigReader.Open(Path.Combine(folder, modules[1].Path, "config.json"));
        bool mean = pooling.Flag("pooling_mode_mean_tokens"), first = pooling.Flag("pooling_mode_cls_token");
        if (mean == first || pooling.Flag("pooling_mode_max_tokens") || pooling.Flag("pooling_mode_mean_sqrt_len_tokens") || pooling.Flag("pooling_mode_weightedmean_tokens") || pooling.Flag("pooling_mode_lasttoken"))
        {
            throw pooling.Bad("supported are the mean over all tokens and the first token, one of the two");
        }

        string encoder = Path.Combine(folder, modules[0].Path), limits = Path.Combine(encoder, "sentence_bert_config.json");
        Tokenizer tokenizer = Tokenizer.Load(encoder);
        EncoderModel model = EncoderModel.Load(encoder, context);
        int longest = File.Exists(limits) ? ConfigReader.Open(limits).Positive("max_seq_length", model.Config.ContextLength) : model.Config.ContextLength;
        if (tokenizer.VocabularySize > model.Config.VocabularySize || longest < 3)
        {
            model.Dispose();
            throw new PalimpsestException($"{folder}: the tokenizer has {tokenizer.VocabularySize} tokens and the encoder {model.Config.VocabularySize}, with at most {longest} in a text. They do not belong together.");
        }

        return new SentenceEncoder(model, tokenizer, Math.Min(longest, model.Config.ContextLength), first, modules.Count == 3);
    }

    /// <summary>The tokens of a text as the encoder gets them.</summary>
    public int[] Encode(string text)
    {
        int[] ids = Tokenizer.Encode(text, specialTokensAsText: true);
        return ids.Length <= MaxLength ? ids : [.. ids.Take(MaxLength - 1), ids[^1]];
    }

    /// <summary>The vectors of texts.</summary>
    /// <param name="texts">Any texts.</param>
    /// <param name="batchSize">Texts of one pass; texts of like length go together.</param>
    /// <returns>One vector of <see cref="Width"/> numbers a text, in the order of the texts.</returns>
    public float[][] Embed(IReadOnlyList<string> texts, int batchSize = 32)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        int[][] encoded = [.. texts.Select(Encode)];
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
        Tensor pooled = _firstToken ? hidden.select(1, 0).to_type(ScalarType.Float32) : EncoderModel.MeanPooled(hidden, real); // [batch, width]
        return _normalise ? nn.functional.normalize(pooled) : pooled;
    }

    private static List<(string Kind, string Path)> Modules(string file)
    {
        try
        {
            JsonArray array = StrictJson.ReadFile(file) as JsonArray ?? throw new PalimpsestException($"{file}: is not a JSON array of modules.");
            List<(string, string)> modules = [];
            foreach (JsonNode? item in array)
            {
                string type = (item as JsonObject)?["type"]?.ToString() ?? "", path = (item as JsonObject)?["path"]?.ToString() ?? "";

                // A path that leads elsewhere would read files that are not part of the model.
                modules.Add(path == Path.GetFileName(path) && path != ".." ? (type[(type.LastIndexOf('.') + 1)..], path) : throw new PalimpsestException($"{file}: the path \"{path}\" leads out of the folder."));
            }

            return modules;
        }
        catch (System.Text.Json.JsonException error)
        {
            throw new PalimpsestException($"{file}: is not valid JSON ({error.Message})", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{file}: cannot be read ({error.Message}) A sentence encoder is a folder with modules.json, 1_Pooling/config.json and a BERT model.", error);
        }
    }
}
