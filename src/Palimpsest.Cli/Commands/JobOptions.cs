using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;

namespace Palimpsest.Cli.Commands;

/// <summary>Options of a job command. Each stands for a key of the recipe, so that a job is a recipe with the command line filled in.</summary>
internal sealed class JobOptions
{
    private readonly List<(Option Option, string Key)> _mapped = [];

    /// <summary>Folder of all runs.</summary>
    public Option<string> Runs { get; } = RunsOption();

    /// <summary>Overrides of the recipe.</summary>
    public Option<string[]> Set { get; } = SetOption();

    public static Option<string> RunsOption() => new("--runs") { Description = "Folder of all runs.", DefaultValueFactory = _ => "runs" };

    public static Option<string[]> SetOption() => new("--set") { Description = "Overrides any key of the recipe, such as --set train.clip_norm=0.5; can be given several times.", Arity = ArgumentArity.OneOrMore };

    /// <summary>Adds an option that fills in a key.</summary>
    public JobOptions Add<T>(string name, string key, string description)
    {
        _mapped.Add((new Option<T>(name) { Description = description }, key));
        return this;
    }

    /// <summary>Adds the options of a training.</summary>
    public JobOptions AddTraining(int steps, int batchSize, string learningRate) => this
        .Add<int>("--steps", "train.steps", $"Optimizer steps. [default: {steps}]")
        .Add<int>("--batch-size", "train.batch_size", $"Sequences a step. [default: {batchSize}]")
        .Add<double>("--learning-rate", "train.learning_rate", $"Peak learning rate. [default: {learningRate}]");

    /// <summary>Adds seed, number format, threads and device.</summary>
    public JobOptions AddMachine() => this
        .Add<long>("--seed", "seed", "Root of all randomness. [default: 7]")
        .Add<string>("--dtype", "model.dtype", "f32, bf16 or auto, which measures and takes the faster one. [default: f32]")
        .Add<int>("--threads", "model.threads", "Threads; 0 for all cores. [default: 0]")
        .Add<string>("--device", "model.device", "cpu or cuda. [default: cpu]");

    /// <summary>Puts all options into a command.</summary>
    public void AddTo(Command command)
    {
        foreach ((Option option, _) in _mapped)
        {
            command.Options.Add(option);
        }

        command.Options.Add(Set);
        command.Options.Add(Runs);
    }

    /// <summary>The overrides that the user gave, options first and --set last.</summary>
    public IReadOnlyList<string> Overrides(ParseResult parsed)
    {
        List<string> overrides = [];
        foreach ((Option option, string key) in _mapped)
        {
            if (parsed.GetResult(option) is OptionResult { Implicit: false } result)
            {
                object? value = result.GetValueOrDefault<object?>();
                overrides.Add(value switch
                {
                    // As JSON, which is YAML too, so that a colon or a hash in a path stays what it is.
                    string text => $"{key}={JsonSerializer.Serialize(text)}",
                    bool flag => $"{key}={(flag ? "true" : "false")}",
                    _ => string.Create(CultureInfo.InvariantCulture, $"{key}={value}"),
                });
            }
        }

        return [.. overrides, .. parsed.GetValue(Set) ?? []];
    }
}
