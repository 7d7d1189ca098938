using System.Globalization;
using System.Text.RegularExpressions;
using Palimpsest.Common;

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
        _ranks = [.. options.RankPattern.Select(pair => (Ending("rank_pattern", pair.Key), pair.Value))];
        _alphas = [.. options.AlphaPattern.Select(pair => (Ending("alpha_pattern", pair.Key), pair.Value))];
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

    /// <summary>Refuses what means nothing on a model. PEFT passes over it, so that a slip leaves modules out or at another rank; in the file of a finished
    /// adapter it has no effect.</summary>
    /// <param name="modules">Names of all modules that could be adapted.</param>
    /// <param name="adapted">Those that are.</param>
    /// <exception cref="PalimpsestException">A name, a pattern or a layer means no module.</exception>
    public void RefuseWhatMeansNothing(IReadOnlyList<string> modules, IReadOnlyList<string> adapted)
    {
        foreach ((string key, IEnumerable<string> names, Predicate<string> isUsed) in new (string, IEnumerable<string>, Predicate<string>)[]
        {
            ("target_modules", _options.Targets.Where(name => name != LoraOptions.AllLinear), name => modules.Any(module => Names(name, module))),
            ("exclude_modules", _options.Exclude, name => modules.Any(module => Names(name, module))),
            ("exclude_modules", _exclude is null ? [] : [_options.ExcludePattern!], _ => modules.Any(IsExcluded)),
            ("rank_pattern", _options.RankPattern.Keys, name => adapted.Any(module => Matches(Ending("rank_pattern", name), module))),
            ("alpha_pattern", _options.AlphaPattern.Keys, name => adapted.Any(module => Matches(Ending("alpha_pattern", name), module))),
            ("layers_to_transform", _options.Layers.Select(layer => layer.ToString(CultureInfo.InvariantCulture)),
                layer => adapted.Any(module => LayerOf(module) == layer)),
        })
        {
            if (names.FirstOrDefault(name => !isUsed(name)) is string unused)
            {
                string? near = NearestName.Find(unused, modules.Select(LastPart).Distinct());
                throw new PalimpsestException(
                    $"{key}: \"{unused}\" means no module of this model{(near is null || near == unused ? "" : $"; did you mean {near}?")} "
                    + $"The modules end in: {string.Join(", ", modules.Select(LastPart).Distinct())}.");
            }
        }
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

    private bool IsInLayers(string module) =>
        _options.Layers.Count == 0 || (int.TryParse(LayerOf(module), CultureInfo.InvariantCulture, out int layer) && _options.Layers.Contains(layer));

    private string? LayerOf(string module) =>
        _layers.Select(pattern => pattern.Match(module)).FirstOrDefault(match => match.Success)?.Groups["layer"].Value;

    // A pattern for the end of a name.
    private static Regex Ending(string key, string pattern) => Compile(key, pattern, @"\A(?:.*\.)?(?:{0})\z");

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
