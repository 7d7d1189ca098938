using System.CommandLine;
using Palimpsest.Models;
using Palimpsest.Models.Sources;

namespace Palimpsest.Cli.Commands;

/// <summary>The options that say how the weights of a model come into memory.</summary>
internal sealed class WeightArguments
{
    /// <summary>What the types are.</summary>
    public const string Types = "f32; bf16; packed, which keeps the weights as the file has them (4 to 8 bits of a GGUF file too) and computes in f32; "
        + "or auto: packed for a Llama without an adapter, else f32.";

    /// <summary>What copying is for.</summary>
    public const string Copying = "Copy the weights instead of mapping the file, which ends the process if somebody cuts the file meanwhile.";

    private readonly Option<string> _type = new("--dtype") { Description = Types, DefaultValueFactory = _ => "auto" };
    private readonly Option<bool> _copy = new("--copy") { Description = Copying };

    public WeightArguments() => _type.AcceptOnlyFromAmong("auto", "f32", "bf16", "packed");

    public void AddTo(Command command)
    {
        command.Options.Add(_type);
        command.Options.Add(_copy);
    }

    /// <summary>What the command line says.</summary>
    public FrozenWeights Of(ParseResult parsed) => new(Enum.Parse<WeightType>(parsed.GetValue(_type)!, ignoreCase: true), parsed.GetValue(_copy));
}
