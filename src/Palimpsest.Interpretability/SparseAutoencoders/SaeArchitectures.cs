using System.Diagnostics.CodeAnalysis;
using Palimpsest.Common;

namespace Palimpsest.Interpretability.SparseAutoencoders;

/// <summary>The architectures by their names in SAELens's files: a new one is one file with its options, and one line here.</summary>
public static class SaeArchitectures
{
    private sealed record Entry(Type Options, Func<SaeConfig, SparseAutoencoder> Create, bool Trained, params string[] InferenceKeys);

    private static readonly Dictionary<string, Entry> s_all = new(StringComparer.Ordinal)
    {
        ["standard"] = new(typeof(StandardOptions), config => new StandardSae(config), true),
        ["gated"] = new(typeof(GatedOptions), config => new GatedSae(config), true),
        ["topk"] = new(typeof(TopKOptions), config => new TopKSae(config), true, "k", "rescale_acts_by_decoder_norm"),
        ["batchtopk"] = new(typeof(BatchTopKOptions), config => new BatchTopKSae(config), true),
        ["jumprelu"] = new(typeof(JumpReluOptions), config => new JumpReluSae(config), true),
        ["matryoshka_batchtopk"] = new(typeof(MatryoshkaOptions), config => new MatryoshkaSae(config), true),
        ["transcoder"] = new(typeof(PlainTranscoderOptions), config => new TranscoderSae(config), true),
        ["skip_transcoder"] = new(typeof(SkipTranscoderOptions), config => new TranscoderSae(config), true),
        ["jumprelu_transcoder"] = new(typeof(JumpReluTranscoderOptions), config => new TranscoderSae(config), false),
        ["jumprelu_skip_transcoder"] = new(typeof(JumpReluSkipTranscoderOptions), config => new TranscoderSae(config), false),
        ["abstopk"] = new(typeof(AbsTopKOptions), config => new TopKSae(config), false, "k", "rescale_acts_by_decoder_norm"),
        ["matching_pursuit"] = new(typeof(MatchingPursuitOptions), config => new MatchingPursuitSae(config), false,
            "residual_threshold", "max_iterations", "stop_on_duplicate_support"),
        ["temporal"] = new(typeof(TemporalOptions), config => new TemporalSae(config), false,
            "n_heads", "n_attn_layers", "bottleneck_factor", "sae_diff_type", "kval_topk", "tied_weights", "activation_normalization_factor"),
    };

    /// <summary>All names.</summary>
    public static IReadOnlyCollection<string> Names => s_all.Keys;

    /// <summary>The names of those that are trained here; the others are read and evaluated.</summary>
    public static IReadOnlyList<string> Trainable => [.. s_all.Where(entry => entry.Value.Trained).Select(entry => entry.Key)];

    /// <summary>Names and options of those that a recipe can choose.</summary>
    public static IReadOnlyDictionary<string, Type> Choices { get; } =
        s_all.Where(entry => entry.Value.Trained).ToDictionary(entry => entry.Key, entry => entry.Value.Options, StringComparer.Ordinal);

    /// <summary>The name that options belong to.</summary>
    internal static string NameOf(SaeOptions options) => s_all.First(entry => entry.Value.Options == options.GetType()).Key;

    /// <summary>The options of a name.</summary>
    /// <param name="name">As files have it.</param>
    /// <param name="where">The file, for the message.</param>
    /// <exception cref="PalimpsestException">There is no such architecture.</exception>
    internal static Type OptionsOf(string name, string where) => s_all.TryGetValue(name, out Entry? entry) ? entry.Options
        : throw new PalimpsestException($"{where}: there is no architecture \"{name}\". "
            + $"{(NearestName.Find(name, Names) is string near ? $"Did you mean {near}? " : "")}Known are {string.Join(", ", Names)}.");

    /// <summary>The settings that stay when training is over.</summary>
    internal static IReadOnlyList<string> InferenceKeysOf(string name) => s_all[name].InferenceKeys;

    /// <summary>An autoencoder with weights of zero.</summary>
    /// <param name="config">What it is to be.</param>
    /// <exception cref="PalimpsestException">Its sizes or settings do not fit.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "Handed to the caller.")]
    public static SparseAutoencoder Create(SaeConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return s_all[config.Architecture].Create(config);
    }

    /// <summary>An autoencoder with fresh weights.</summary>
    /// <param name="config">What it is to be.</param>
    /// <param name="seed">Any value.</param>
    /// <exception cref="PalimpsestException">Its sizes or settings do not fit, or it is not trained here.</exception>
    public static SparseAutoencoder Create(SaeConfig config, long seed)
    {
        SparseAutoencoder made = Create(config);
        made.Initialise(seed);
        return made;
    }
}
