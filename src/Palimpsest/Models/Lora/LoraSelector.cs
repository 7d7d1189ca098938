using System.Text.RegularExpressions;

namespace Palimpsest.Models.Lora;

/// <summary>Which modules the options of an adapter mean, by the rules of the PEFT library.</summary>
internal sealed class LoraSelector
{
    // Patterns come from files of others: one that backtracks without end is stopped.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private readonly LoraOptions _options;
    private readonly Regex? _target;
    private readonly Regex? _exclude;
    private readonly Regex[] _layers;
    private readonly (Regex Pattern, int Rank)[] _ranks;
    private readonly (Regex Pattern, double Alpha)[] _alphas;

    /// <exception cref="PalimpsestException">A pattern is no regular expression.</exception>
    public LoraSelector(LoraOptions options)
    {
        _options = options;
        _target = options.TargetPattern is string target ? Compile("target_modules", target, @"\A(?:{0})\z") : null;
        _exclude = options.ExcludePattern is string exclude ? Compile("exclude_modules", exclude, @"\A(?:{0})\z") : null;
        _layers = options.LayersPattern.Count > 0
            ? [.. options.LayersPattern.Select(pattern => Compile("layers_pattern", pattern, @"\A.*\.{0}\.(?<layer>[0-9]+)\."))]
            : [Compile("layers_pattern", @"[^.]*", @"\A.*?\.{0}\.(?<layer>[0-9]+)\.")];
        _ranks = [.. options.RankPattern.Select(pair => (Compile("rank_pattern", pair.Key, @"\A(?:.*\.)?(?:{0})\z"), pair.Value))];
        _alphas = [.. options.AlphaPattern.Select(pair => (Compile("alpha_pattern", pair.Key, @"\A(?:.*\.)?(?:{0})\z"), pair.Value))];
    }

    /// <summary>The adapted modules, in the order given.</summary>
    /// <param name="linears">Names of the linear layers.</param>
    /// <param name="embeddings">Names of the embeddings.</param>
    /// <param name="head">Name of what gives the scores, which all-linear leaves out; null without one.</param>
    /// <exception cref="PalimpsestException">None is meant.</exception>
    public IReadOnlyList<string> Select(IReadOnlyList<string> linears, IReadOnlyList<string> embeddings, string? head)
    {
        bool all = _target is null && _options.Targets is [LoraOptions.AllLinear];
        IEnumerable<string> candidates = all ? linears.Where(name => name != head) : embeddings.Concat(linears).Where(IsTarget);
        string[] hits = [.. candidates.Where(name => !IsExcluded(name) && !IsSaved(name))];
        return hits.Length > 0 ? hits : throw new PalimpsestException(
            $"No module is meant by targets {_options.TargetPattern ?? string.Join(", ", _options.Targets)}{(_options.Layers.Count > 0 ? $" in layers {string.Join(", ", _options.Layers)}" : "")}. "
            + $"The model's modules end in: {string.Join(", ", embeddings.Concat(linears).Select(LastPart).Distinct())}.");
    }

    /// <summary>Whether a module is stored whole, by itself or as a part of a module that is.</summary>
    public bool IsSaved(string module) => _options.SaveModules.Any(name => Saves(name, module));

    /// <summary>
    /// Whether a name in <c>modules_to_save</c> means a module or one that holds it: PEFT takes any end of a name there, so that <c>classifier</c> means
    /// <c>pre_classifier</c> too.
    /// </summary>
    public static bool Saves(string name, string module)
    {
        for (string part = module; part.Length > 0; part = part[..Math.Max(0, part.LastIndexOf('.'))])
        {
            if (part.EndsWith(name, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The rank of a module.</summary>
    public int Rank(string module) => Array.Find(_ranks, item => Matches(item.Pattern, module)) is { Pattern: not null } found ? found.Rank : _options.Rank;

    /// <summary>The alpha of a module.</summary>
    public double Alpha(string module) => Array.Find(_alphas, item => Matches(item.Pattern, module)) is { Pattern: not null } found ? found.Alpha : _options.Alpha;

    /// <summary>Whether a name means a module: whole, or what follows a dot.</summary>
    public static bool Names(string name, string module) => module == name || module.EndsWith("." + name, StringComparison.Ordinal);

    private static string LastPart(string module) => module[(module.LastIndexOf('.') + 1)..];

    private bool IsExcluded(string module) => _exclude is not null ? Matches(_exclude, module) : _options.Exclude.Any(name => Names(name, module));

    private bool IsTarget(string module) => _target is not null
        ? Matches(_target, module)
        : _options.Targets.Contains(module, StringComparer.Ordinal) || (_options.Targets.Any(name => Names(name, module)) && IsInLayers(module));

    private bool IsInLayers(string module)
    {
        if (_options.Layers.Count == 0)
        {
            return true;
        }

        Match? match = _layers.Select(pattern => pattern.Match(module)).FirstOrDefault(match => match.Success);
        return match is not null && int.TryParse(match.Groups["layer"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture, out int layer) && _options.Layers.Contains(layer);
    }

    private static Regex Compile(string key, string pattern, string form)
    {
        try
        {
            return new Regex(form.Replace("{0}", pattern, StringComparison.Ordinal), RegexOptions.CultureInvariant, Limit);
        }
        catch (ArgumentException error)
        {
            throw new PalimpsestException($"{key}: \"{pattern}\" is not a regular expression ({error.Message})", error);
        }
    }

    private static bool Matches(Regex pattern, string module)
    {
        try
        {
            return pattern.IsMatch(module);
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new PalimpsestException($"The pattern {pattern} takes too long on \"{module}\". Write it without nested repetitions.", error);
        }
    }
}
