using System.CommandLine;
using Palimpsest.Common;
using Palimpsest.Models;
using Palimpsest.Planning;

namespace Palimpsest.Cli.Commands.Plan;

/// <summary>What the command line says of a plan.</summary>
internal sealed class PlanArguments
{
    private const int DefaultSequence = 256, DefaultBatch = 16;

    private readonly Argument<string> _model = new("model")
    {
        Description = $"A size ({string.Join(", ", NamedShapes.Names)}), an embedded model, a folder, a config.json, a GGUF file or a llama2.c file.",
        DefaultValueFactory = _ => EmbeddedModels.Default,
    };

    private readonly Option<string[]> _methods = new("--method")
    {
        Description = $"Methods, with commas between them, of {string.Join(", ", MethodNames.Methods.Select(MethodNames.Of))}; all by default.",
    };

    private readonly Option<long?> _rank = new("--rank") { Description = "Rank of projections and adapters; a quarter of the width by default." };
    private readonly Option<double?> _fraction = new("--rank-fraction") { Description = "The rank as a share of the width, instead of --rank." };
    private readonly Option<int?> _sequence = new("--sequence")
    {
        Description = $"Tokens of a sequence; {DefaultSequence} by default, or the whole context where it is shorter.",
    };

    private readonly Option<int> _batch = new("--batch-size") { Description = "Sequences of a pass.", DefaultValueFactory = _ => DefaultBatch };
    private readonly Option<NumberType> _type = new("--type")
    {
        Description = "f32; mixed (weights and gradients f32, products bf16: what --dtype bf16 trains here); or bf16 (all in bf16, as published runs have it).",
    };

    private readonly Option<string?> _state = new("--state") { Description = "Type of the moments: f32, bf16 or 8bit; that of the weights by default." };
    private readonly Option<bool> _again = new("--checkpoint-blocks") { Description = "Blocks are computed again in the backward pass." };
    private readonly Option<string?> _memory = new("--memory")
    {
        Description = "Memory of the device, such as 40GB (10^9 bytes each) or 40GiB (2^30): says what fits, and the largest rank that does.",
    };

    private readonly Option<int?> _devices = new("--devices")
    {
        Description = "Devices of data-parallel training: the least time of a step, each device with a batch of its own.",
    };

    private readonly Option<string?> _bandwidth = new("--bandwidth")
    {
        Description = "Bytes a second between two devices, such as 12GB; needed with --devices.",
    };

    private readonly Option<double> _matmul = new("--matmul-rate")
    {
        Description = "Operations a second of matrix products; 312e12 by default (an A100 in bf16, by its data sheet).",
        DefaultValueFactory = _ => 312e12,
    };

    private readonly Option<string> _memoryRate = new("--memory-bandwidth")
    {
        Description = "Bytes a second of a device's memory; 1555GB by default (an A100 of 40 GB, by its data sheet).",
        DefaultValueFactory = _ => "1555GB",
    };

    private Option[] Options =>
        [_methods, _rank, _fraction, _sequence, _batch, _type, _state, _again, _memory, _devices, _bandwidth, _matmul, _memoryRate];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(_model);
        foreach (Option option in Options)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What all methods share.</summary>
    /// <exception cref="PalimpsestException">There is no such model, or a value makes no sense.</exception>
    public PlanOptions Common(ParseResult parsed)
    {
        ModelShape model = ModelShapes.Open(parsed.GetValue(_model)!);
        NumberType type = parsed.GetValue(_type);
        return new PlanOptions
        {
            Model = model,
            Rank = Rank(parsed, model),
            Type = type,
            State = parsed.GetValue(_state) is string state ? MethodNames.State(state) : type == NumberType.BF16 ? StateType.BF16 : StateType.F32,
            Batch = parsed.GetValue(_batch),
            Sequence = parsed.GetValue(_sequence) ?? Math.Min(DefaultSequence, model.Context),
            CheckpointBlocks = parsed.GetValue(_again),
        };
    }

    /// <summary>The methods, each once.</summary>
    /// <exception cref="PalimpsestException">There is none of a name.</exception>
    public IReadOnlyList<TrainingMethod> Methods(ParseResult parsed) => parsed.GetValue(_methods) is { Length: > 0 } named
        ? [.. named.SelectMany(name => name.Split(',')).Select(MethodNames.Method).Distinct()] : MethodNames.Methods;

    /// <summary>Bytes of the device, or null.</summary>
    /// <exception cref="PalimpsestException">It is no amount.</exception>
    public double? Memory(ParseResult parsed) => parsed.GetValue(_memory) is string text ? Bytes("--memory", text) : null;

    /// <summary>The devices, or null.</summary>
    /// <exception cref="PalimpsestException">Something is missing, or no rate.</exception>
    public DeviceRates? Rates(ParseResult parsed)
    {
        (int? devices, string? bandwidth) = (parsed.GetValue(_devices), parsed.GetValue(_bandwidth));
        double matmul = parsed.GetValue(_matmul), memory = Bytes("--memory-bandwidth", parsed.GetValue(_memoryRate)!);
        return (devices, bandwidth) switch
        {
            (null, null) => null,
            (null, _) => throw new PalimpsestException("--bandwidth belongs to --devices. Name how many devices there are."),
            (_, null) => throw new PalimpsestException("--devices needs --bandwidth, the bytes a second between two of them, such as 12GB."),
            (int count, string rate) when count is >= 1 and <= 1 << 20 && matmul > 0 => new DeviceRates(count, Bytes("--bandwidth", rate), matmul, memory),
            _ => throw new PalimpsestException($"--devices must be from 1 to {1 << 20}, and --matmul-rate above 0."),
        };
    }

    private long Rank(ParseResult parsed, ModelShape model) => (parsed.GetValue(_rank), parsed.GetValue(_fraction)) switch
    {
        (not null, not null) => throw new PalimpsestException("--rank and --rank-fraction say the same thing twice. Keep one of them."),
        (long rank, _) => rank,
        (_, double share) => share is > 0 and < 1
            ? Math.Max(1, (long)Math.Round(share * model.Width))
                : throw new PalimpsestException("--rank-fraction must lie between 0 and 1, such as 0.25 for a quarter of the width."),

        // Keys and values that several heads share have matrices narrower than the stream.
        _ => Math.Clamp(model.Width / 4, 1, Math.Max(1, model.LargestRank)),
    };

    private static double Bytes(string option, string text) =>
        ByteText.TryRead(text, out double bytes)
            ? bytes : throw new PalimpsestException($"{option}: \"{text}\" is no amount of memory; {ByteText.WayOut(text)}.");
}
