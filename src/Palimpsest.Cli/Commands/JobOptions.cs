using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;

namespace Palimpsest.Cli.Commands;

/// <summary>Options of a job command. Each stands for a key of the recipe, so that a job is a recipe with the command line filled in.</summary>
internal sealed class JobOptions
{
    private readonly List<(Option Option, Func<object?, IReadOnlyList<string>> Overrides, IReadOnlyList<string> Implied)> _mapped = [];
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);

    /// <summary>The options by the keys that they fill in.</summary>
    public IReadOnlyDictionary<string, string> Keys => _keys;

    /// <summary>Folder of all runs.</summary>
    public Option<string> Runs { get; } = RunsOption();

    /// <summary>Overrides of the recipe.</summary>
    public Option<string[]> Set { get; } = SetOption();

    public static Option<string> RunsOption() => new("--runs") { Description = "Folder of all runs.", DefaultValueFactory = _ => "runs" };

    public static Option<string[]> SetOption() => new("--set") { Description = "Overrides any key of the recipe, such as --set train.clip_norm=0.5; can be given several times.", Arity = ArgumentArity.OneOrMore };

    /// <summary>Adds an option that fills in a key, and lays other overrides under all options when it is given.</summary>
    public JobOptions Add<T>(string name, string key, string description, IReadOnlyList<string>? implied = null) =>
        Map(new Option<T>(name) { Description = description }, value => [$"{key}={Yaml(value)}"], implied, [key]);

    /// <summary>Adds an option that fills in several keys alike.</summary>
    public JobOptions AddBoth<T>(string name, IReadOnlyList<string> keys, string description) =>
        Map(new Option<T>(name) { Description = description }, value => [.. keys.Select(key => $"{key}={Yaml(value)}")], null, keys);

    /// <summary>Adds an option whose value is written as in a recipe: a word, or a section.</summary>
    public JobOptions AddYaml(string name, string key, string description) =>
        Map(new Option<string>(name) { Description = description }, value => [$"{key}={value}"], null);

    /// <summary>Adds an option whose value is a list of names with commas in between.</summary>
    public JobOptions AddList(string name, string key, string description, IReadOnlyList<string>? implied = null) =>
        Map(
            new Option<string>(name) { Description = description },
            value => [$"{key}=[{string.Join(", ", ((string)value!).Split(',', StringSplitOptions.TrimEntries).Select(Yaml))}]"], implied, [key]);

    /// <summary>Adds an option that stands for several overrides.</summary>
    public JobOptions AddFlag(string name, IReadOnlyList<string> implied, string description) =>
        Map(new Option<bool>(name) { Description = description }, _ => [], implied);

    /// <summary>Adds the options of a training.</summary>
    public JobOptions AddTraining(int steps, int batchSize, string learningRate) => this
        .Add<int>("--steps", "train.steps", $"Optimizer steps. [default: {steps}]")
        .Add<int>("--batch-size", "train.batch_size", $"Sequences a step. [default: {batchSize}]")
        .Add<double>("--learning-rate", "train.learning_rate", $"Peak learning rate. [default: {learningRate}]")
        .AddYaml("--optimizer", "train.optimizer",
            "Rule of a step: adamw, adamw8bit, flora, galore, grass, relora or sgd, or with options \"{ name: grass, rank: 64 }\". [default: adamw]");

    /// <summary>Adds seed, number format, threads and device.</summary>
    public JobOptions AddMachine(string types = "f32, bf16 or auto, which measures and takes the faster one.") => this
        .Add<long>("--seed", "seed", "Root of all randomness. [default: 7]")
        .Add<string>("--dtype", "model.dtype", types + " [default: f32]")
        .Add<int>("--threads", "model.threads", "Threads; 0 for all cores. [default: 0]")
        .Add<string>("--device", "model.device", "cpu or cuda. [default: cpu]");

    /// <summary>Puts all options into a command.</summary>
    public void AddTo(Command command)
    {
        foreach ((Option option, _, _) in _mapped)
        {
            command.Options.Add(option);
        }

        command.Options.Add(Set);
        command.Options.Add(Runs);
    }

    /// <summary>The overrides that the user gave: what options imply, the options themselves, and --set last.</summary>
    public IReadOnlyList<string> Overrides(ParseResult parsed)
    {
        List<string> implied = [], overrides = [];
        foreach ((Option option, Func<object?, IReadOnlyList<string>> given, IReadOnlyList<string> under) in _mapped)
        {
            if (parsed.GetResult(option) is OptionResult { Implicit: false } result && result.GetValueOrDefault<object?>() is { } value && (value is not false || under.Count == 0))
            {
                implied.AddRange(under);
                overrides.AddRange(given(value));
            }
        }

        return [.. implied, .. overrides, .. parsed.GetValue(Set) ?? []];
    }

    private JobOptions Map(
        Option option, Func<object?, IReadOnlyList<string>> overriding, IReadOnlyList<string>? implied, IReadOnlyList<string>? keys = null)
    {
        _mapped.Add((option, overriding, implied ?? []));
        foreach (string key in keys ?? [])
        {
            _keys.Add(key, option.Name);
        }

        return this;
    }

    private static string Yaml(object? value) => value switch
    {
        // As JSON, which is YAML too, so that a colon or a hash in a path stays what it is.
        string text => JsonSerializer.Serialize(text),
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
