using System.CommandLine;
using Palimpsest.Models;

namespace Palimpsest.Cli.Commands;

/// <summary>The options of commands that make text: which model, the adapter on it, and how its weights come into memory.</summary>
internal sealed class ModelArguments
{
    private readonly Option<string> _model;
    private readonly Option<string> _adapter = new("--adapter") { Description = "The folder of an adapter in the PEFT format to put on the model." };
    private readonly WeightArguments _weights = new();

    /// <param name="description">What kind of model it is.</param>
    /// <param name="otherwise">The model where none is named; null where one must be.</param>
    public ModelArguments(string description, string? otherwise = null)
    {
        _model = new Option<string>("--model") { Description = description, Required = otherwise is null };
        if (otherwise is not null)
        {
            _model.DefaultValueFactory = _ => otherwise;
        }
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_model);
        command.Options.Add(_adapter);
        _weights.AddTo(command);
    }

    /// <summary>Loads the model, with its adapter on it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="seed">Seed of all draws.</param>
    /// <exception cref="PalimpsestException">The model or the adapter is damaged, or its weights cannot have the type.</exception>
    public LanguageModel Load(ParseResult parsed, long seed)
    {
        FrozenWeights weights = _weights.Of(parsed);
        return weights.Load(parsed.GetValue(_model)!, () => CommandTorch.Start(seed: seed, type: weights.ComputeType), parsed.GetValue(_adapter));
    }
}
