using Palimpsest.Common;

namespace Palimpsest.Models.Lora;

/// <summary>Which layers an adapter changes, and how. The names in brackets are those of <c>adapter_config.json</c>.</summary>
/// <remarks>Hu et al., LoRA, arXiv 2106.09685; rank-stabilised scaling after Kalajdzievski, arXiv 2312.03732; DoRA after Liu et al., arXiv 2402.09353.</remarks>
public sealed record LoraOptions : IValidated
{
    /// <summary>The target that stands for every linear layer but the output matrix.</summary>
    public const string AllLinear = "all-linear";

    /// <summary>What the head of a classifier is called, which is trained and stored whole whatever the options say: PEFT adds both names.</summary>
    internal static readonly IReadOnlyList<string> ClassifierHeads = ["classifier", "score"];

    // Beyond any use; keeps a damaged file from asking for all memory.
    private const int LargestRank = 1 << 16;

    /// <summary>Rank of the update of a layer [r].</summary>
    /// <value>The default is 8.</value>
    public int Rank { get; init; } = 8;

    /// <summary>The update is scaled by alpha / rank [lora_alpha].</summary>
    /// <value>The default is 16.</value>
    public double Alpha { get; init; } = 16;

    /// <summary>The adapted modules [target_modules]: <c>all-linear</c> alone, or names, each either whole or what follows a dot (<c>q_proj</c>, <c>self_attn.q_proj</c>).</summary>
    /// <value>The default is all-linear.</value>
    public IReadOnlyList<string> Targets { get; init; } = [AllLinear];

    /// <summary>A regular expression that the whole name of an adapted module must match, instead of <see cref="Targets"/> [target_modules as text].</summary>
    /// <value>The default is none.</value>
    public string? TargetPattern { get; init; }

    /// <summary>Modules that are left out, named as in <see cref="Targets"/> [exclude_modules].</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>A regular expression for the whole names of modules that are left out, instead of <see cref="Exclude"/>.</summary>
    /// <value>The default is none.</value>
    public string? ExcludePattern { get; init; }

    /// <summary>Only these blocks are adapted, counted from 0 [layers_to_transform]. Whole names in <see cref="Targets"/> are not subject to it, and with
    /// all-linear or a pattern it cannot be given.</summary>
    /// <value>The default is none: all blocks.</value>
    public IReadOnlyList<int> Layers { get; init; } = [];

    /// <summary>Names of the lists of blocks whose index <see cref="Layers"/> speaks of [layers_pattern].</summary>
    /// <value>The default is none: the first number after two parts of the name.</value>
    public IReadOnlyList<string> LayersPattern { get; init; } = [];

    /// <summary>Ranks of single modules [rank_pattern]; a key is a regular expression for the end of a name, and the first that matches counts.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = new OrderedDictionary<string, int>();

    /// <summary>Alphas of single modules [alpha_pattern], as <see cref="RankPattern"/>.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new OrderedDictionary<string, double>();

    /// <summary>Whether the scale is alpha / sqrt(rank) [use_rslora].</summary>
    /// <value>The default is false.</value>
    public bool Rslora { get; init; }

    /// <summary>Whether direction and length of the rows of a weight are learnt apart [use_dora].</summary>
    /// <value>The default is false.</value>
    public bool Dora { get; init; }

    /// <summary>Whether B has a bias [lora_bias].</summary>
    /// <value>The default is false.</value>
    public bool LoraBias { get; init; }

    /// <summary>Which biases of the base model are trained along [bias].</summary>
    /// <value>The default is none.</value>
    public LoraBiases Bias { get; init; }

    /// <summary>Linear layers, norms and embeddings that are trained and stored whole, named by the end of a name [modules_to_save].</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> SaveModules { get; init; } = [];

    /// <summary>Whether an embedding or output matrix among <see cref="SaveModules"/> that the model ties to the other stays tied to it
    /// [ensure_weight_tying].</summary>
    /// <value>The default is false: it is trained alone, and the model cannot be saved merged.</value>
    public bool EnsureWeightTying { get; init; }

    /// <summary>Tokens whose rows of the embedding are trained and stored [trainable_token_indices].</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<int> TrainTokens { get; init; } = [];

    /// <summary>Probability with which an input of A is dropped in training, in [0, 1) [lora_dropout].</summary>
    /// <value>The default is 0.</value>
    public double Dropout { get; init; }

    /// <summary>How fresh matrices begin [init_lora_weights].</summary>
    /// <value>The default is kaiming.</value>
    public LoraInit Init { get; init; }

    /// <summary>The options with the head of a classifier among <see cref="SaveModules"/>.</summary>
    internal LoraOptions ForClassifier() => this with { SaveModules = [.. SaveModules.Union(ClassifierHeads)] };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Rank is < 1 or > LargestRank || RankPattern.Values.Any(rank => rank is < 1 or > LargestRank))
        {
            yield return $"rank must be from 1 to {LargestRank}, also in rank_pattern.";
        }

        if (!double.IsFinite(Alpha) || AlphaPattern.Values.Any(alpha => !double.IsFinite(alpha)))
        {
            yield return "alpha must be a number, also in alpha_pattern.";
        }

        if (Dropout is not (>= 0 and < 1))
        {
            yield return "dropout must be at least 0 and below 1.";
        }

        if (Targets.Contains(AllLinear) && Targets.Count > 1)
        {
            yield return $"targets must be either {AllLinear} alone or names of modules.";
        }

        if (Targets.Any(string.IsNullOrWhiteSpace))
        {
            yield return "targets hold an empty name. Name modules, such as q_proj, or leave targets out for all-linear.";
        }

        if (Targets.Count == 0 && TargetPattern is null)
        {
            yield return $"targets is empty. Name modules, or write [{AllLinear}].";
        }

        // Each of these would be passed over.
        if (TargetPattern is not null && Targets is not ([] or [AllLinear]))
        {
            yield return "targets and a pattern for them cannot both be given.";
        }

        if (ExcludePattern is not null && Exclude.Count > 0)
        {
            yield return "names of excluded modules and a pattern for them cannot both be given.";
        }

        if (Layers.Count > 0 && (TargetPattern is not null || Targets is [AllLinear]))
        {
            yield return $"layers can be chosen only with names of modules as targets, not with {AllLinear} or a pattern.";
        }

        if (Layers.Count == 0 && LayersPattern.Count > 0)
        {
            yield return "layers_pattern says nothing without layers.";
        }

        if (Layers.Any(layer => layer < 0) || TrainTokens.Any(token => token < 0) || TrainTokens.Distinct().Count() != TrainTokens.Count)
        {
            yield return "layers and train_tokens must be numbers from 0, each token once.";
        }
    }
}
