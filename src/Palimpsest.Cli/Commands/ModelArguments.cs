using System.CommandLine;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Torch;

namespace Palimpsest.Cli.Commands;

/// <summary>The options of commands that make text: which model, the adapter on it, and how its weights come into memory.</summary>
internal sealed class ModelArguments
{
    private readonly Option<string> _model;
    private readonly Option<string> _adapter = new("--adapter") { Description = "The folder of an adapter in the PEFT format to put on the model." };
    private readonly Option<string> _type = new("--dtype")
    {
        Description = "f32; bf16; packed, which keeps the weights as the file has them (4 to 8 bits of a GGUF file too) and computes in f32; "
            + "or auto: packed for a Llama without an adapter, else f32.",
        DefaultValueFactory = _ => "auto",
    };
    private readonly Option<bool> _copy = new("--copy")
    {
        Description = "Copy the weights instead of mapping the file, which ends the process if somebody cuts the file meanwhile.",
    };

    /// <param name="description">What kind of model it is.</param>
    /// <param name="otherwise">The model where none is named; null where one must be.</param>
    public ModelArguments(string description, string? otherwise = null)
    {
        _model = new Option<string>("--model") { Description = description, Required = otherwise is null };
        if (otherwise is not null)
        {
            _model.DefaultValueFactory = _ => otherwise;
        }

        _type.AcceptOnlyFromAmong("auto", "f32", "bf16", "packed");
    }

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_model, _adapter, _type, _copy])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Loads the model, with its adapter on it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="seed">Seed of all draws.</param>
    /// <exception cref="PalimpsestException">The model or the adapter is damaged, or its weights cannot have the type.</exception>
    public LanguageModel Load(ParseResult parsed, long seed)
    {
        (string type, string? adapter, bool copy) = (parsed.GetValue(_type)!, parsed.GetValue(_adapter), parsed.GetValue(_copy));
        LanguageModel model = NativeLibraries.LoadBeside(() => LanguageModel.Load(
            parsed.GetValue(_model)!,
            () => CommandTorch.Start(seed: seed, type: type == "bf16" ? ComputeType.Bf16 : ComputeType.F32),
            source => type == "packed" || (type == "auto" && adapter is null && source.CanStayPacked)
                ? copy ? LoadMode.PackedCopied : LoadMode.Packed
                : copy ? LoadMode.Copied : LoadMode.Mapped));
        if (adapter is not null)
        {
            model.Attach(adapter);
        }

        return model;
    }
}
