using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Models;
using Palimpsest.Torch;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Which documents each arm is finetuned on. Searches are made once and shared.</summary>
internal sealed class SsaeArms
{
    /// <summary>The general autoencoder without finetuning.</summary>
    public const string Gsae = "gsae";

    /// <summary>The controls: more general text, and true passages of the domain.</summary>
    public const string General = "general", Oracle = "oracle";

    /// <summary>Arms that are no finetuning: a second autoencoder for what the first leaves over, and one from nothing.</summary>
    public const string Residual = "residual", Direct = "direct";

    private const string Reranked = "-tracin";

    /// <summary>All arms.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [General, "random", "seed", "bm25", "dense", "bm25" + Reranked, "dense" + Reranked, Oracle, Residual, Direct];

    private readonly SsaeRecipe _recipe;
    private readonly SsaeTexts _texts;
    private readonly IReadOnlyList<int[]> _corpus, _seeds;
    private readonly ActivationReader _reader;
    private readonly TorchContext _torch;
    private readonly Action<string> _say;
    private readonly Dictionary<(string, int), IReadOnlyList<int>> _found = [];
    private float[][]? _vectors, _seedVectors;

    /// <summary>Arms over texts.</summary>
    /// <exception cref="PalimpsestException">More passages are wanted than there are, or true ones that nobody knows.</exception>
    public SsaeArms(SsaeRecipe recipe, SsaeTexts texts, IReadOnlyList<int[]> corpus, IReadOnlyList<int[]> seeds, ActivationReader reader, TorchContext torch,
        Action<string> say)
    {
        (_recipe, _texts, _corpus, _seeds, _reader, _torch, _say) = (recipe, texts, corpus, seeds, reader, torch, say);
        if (recipe.Method.Retrieve > corpus.Count)
        {
            throw new PalimpsestException($"method.retrieve: {recipe.Method.Retrieve} passages are wanted of a corpus of {corpus.Count}. Take fewer, or a "
                + "larger corpus.");
        }

        if (texts.OfDomain is null && recipe.Method.Arms.Append(recipe.Method.TiltOn).Contains(Oracle))
        {
            throw new PalimpsestException("method.arms: oracle needs texts that are known to belong to the domain: the embedded world's, or those that "
                + "data.hide_rest hides. Leave it out.");
        }
    }

    /// <summary>The passages of an arm, without the seeds; null for an arm that keeps to the general corpus.</summary>
    /// <param name="arm">Its name.</param>
    /// <param name="gsae">The general autoencoder in its training form, for those who rank again.</param>
    /// <param name="scale">What its inputs are multiplied by.</param>
    public IReadOnlyList<int>? Passages(string arm, SparseAutoencoder gsae, double scale)
    {
        int count = _recipe.Method.Retrieve;
        return arm switch
        {
            General => null,
            "seed" => [],
            "random" => Random(count),
            Oracle => [.. _texts.OfDomain!.Index().Where(item => item.Item).Select(item => item.Index).Take(count)],
            Residual or Direct => Search("dense", count),
            _ when arm.EndsWith(Reranked, StringComparison.Ordinal) =>
                [.. Rank(Search(arm[..^Reranked.Length], count * _recipe.Method.Rerank), gsae, scale).Take(count)],
            _ => Search(arm, count),
        };
    }

    /// <summary>The activations of passages and seeds.</summary>
    public ActivationBatch Rows(IReadOnlyList<int> passages) => _reader.Read([.. passages.Select(i => _corpus[i]), .. _seeds]);

    private int[] Random(int count)
    {
        int[] order = [.. Enumerable.Range(0, _corpus.Count)];
        new Numerics.RandomStream(_recipe.Seed, "ssae", "random passages").Shuffle(order.AsSpan());
        return order[..Math.Min(count, order.Length)];
    }

    private IReadOnlyList<int> Search(string how, int count)
    {
        if (_found.TryGetValue((how, count), out IReadOnlyList<int>? found))
        {
            return found;
        }

        _say($"Searching {_corpus.Count:N0} passages ({how}).");
        return _found[(how, count)] = how == "bm25" ? PassageRetrieval.Bm25(_texts.Corpus, _texts.Seeds, count) : Dense(count);
    }

    private IReadOnlyList<int> Dense(int count)
    {
        if (_vectors is null && _recipe.Method.Encoder is string folder)
        {
            using SentenceEncoder encoder = SentenceEncoder.Load(folder, _torch);
            (_vectors, _seedVectors) = (encoder.Embed(_texts.Corpus), encoder.Embed(_texts.Seeds));
        }
        else if (_vectors is null)
        {
            (_vectors, _seedVectors) = (StateVectors.Means(_reader, _corpus), StateVectors.Means(_reader, _seeds));
            float[] centre = StateVectors.Mean(_vectors);
            StateVectors.Centre(_vectors, centre);
            StateVectors.Centre(_seedVectors, centre);
        }

        return PassageRetrieval.Dense(_vectors, _seedVectors!, count);
    }

    private int[] Rank(IReadOnlyList<int> candidates, SparseAutoencoder gsae, double scale)
    {
        IReadOnlyList<double> scores = new TracIn(gsae, scale).Scores([.. _seeds.Select(seed => _reader.Read([seed]))],
            candidates.Select(i => _reader.Read([_corpus[i]])));
        return [.. candidates.Zip(scores).OrderByDescending(pair => pair.Second).ThenBy(pair => pair.First).Select(pair => pair.First)];
    }
}
