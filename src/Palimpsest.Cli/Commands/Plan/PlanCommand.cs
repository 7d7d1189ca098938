using System.CommandLine;
using Palimpsest.Common;
using Palimpsest.Models;
using Palimpsest.Planning;

namespace Palimpsest.Cli.Commands.Plan;

/// <summary><c>palimpsest plan MODEL</c></summary>
internal static class PlanCommand
{
    private const int DefaultSequence = 256, DefaultBatch = 16;

    private static readonly Argument<string> s_model = new("model")
    {
        Description = $"A size ({string.Join(", ", NamedShapes.Names)}), an embedded model, a folder, a config.json, a GGUF file or a llama2.c file.",
        DefaultValueFactory = _ => EmbeddedModels.Default,
    };

    private static readonly Option<string[]> s_methods = new("--method") { Description = $"Methods, of {string.Join(", ", MethodNames.Methods.Select(MethodNames.Of))}; all by default.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<long?> s_rank = new("--rank") { Description = "Rank of projections and adapters; a quarter of the width by default." };
    private static readonly Option<double?> s_fraction = new("--rank-fraction") { Description = "The rank as a share of the width, instead of --rank." };
    private static readonly Option<int?> s_sequence = new("--sequence") { Description = $"Tokens of a sequence; {DefaultSequence} by default, or the whole context where it is shorter." };
    private static readonly Option<int> s_batch = new("--batch-size") { Description = "Sequences of a pass.", DefaultValueFactory = _ => DefaultBatch };
    private static readonly Option<NumberType> s_type = new("--type") { Description = "f32; mixed (weights and gradients f32, products bf16: what --dtype bf16 trains here); or bf16 (all in bf16, as published runs have it)." };
    private static readonly Option<string?> s_state = new("--state") { Description = "Type of the moments: f32, bf16 or 8bit; that of the weights by default." };
    private static readonly Option<bool> s_again = new("--checkpoint-blocks") { Description = "Blocks are computed again in the backward pass." };
    private static readonly Option<string?> s_memory = new("--memory") { Description = "Memory of the device, such as 40GB (10^9 bytes each) or 40GiB (2^30): says what fits, and the largest rank that does." };
    private static readonly Option<int?> s_devices = new("--devices") { Description = "Devices of data-parallel training: the least time of a step, each device with a batch of its own." };
    private static readonly Option<string?> s_bandwidth = new("--bandwidth") { Description = "Bytes a second between two devices, such as 12GB; needed with --devices." };
    private static readonly Option<double> s_matmul = new("--matmul-rate") { Description = "Operations a second of matrix products; 312e12 by default (an A100 in bf16, by its data sheet).", DefaultValueFactory = _ => 312e12 };
    private static readonly Option<string> s_memoryRate = new("--memory-bandwidth") { Description = "Bytes a second of a device's memory; 1555GB by default (an A100 of 40 GB, by its data sheet).", DefaultValueFactory = _ => "1555GB" };

    public static Command Create(TextWriter output)
    {
        Command command = new(
            "plan",
            """
            Says how much memory a training will take, by category and method, what fits a device and with which rank. All figures are modelled by formulas (docs/memory.md), none is measured.

            Example: palimpsest plan llama-13b --type bf16 --batch-size 1 --memory 40GB
            """)
        {
            s_model, s_methods, s_rank, s_fraction, s_sequence, s_batch, s_type, s_state, s_again, s_memory, s_devices, s_bandwidth, s_matmul, s_memoryRate,
        };
        command.SetAction(parsed => Run(parsed, output));
        return command;
    }

    private static void Run(ParseResult parsed, TextWriter output)
    {
        ModelShape model = ModelShapes.Open(parsed.GetValue(s_model)!);
        NumberType type = parsed.GetValue(s_type);
        PlanOptions common = new()
        {
            Model = model,
            Rank = Rank(parsed, model),
            Type = type,
            State = parsed.GetValue(s_state) is string state ? MethodNames.State(state) : type == NumberType.BF16 ? StateType.BF16 : StateType.F32,
            Batch = parsed.GetValue(s_batch),
            Sequence = parsed.GetValue(s_sequence) ?? Math.Min(DefaultSequence, model.Context),
            CheckpointBlocks = parsed.GetValue(s_again),
        };
        IReadOnlyList<TrainingMethod> methods = parsed.GetValue(s_methods) is { Length: > 0 } named
            ? [.. named.SelectMany(name => name.Split(',')).Select(MethodNames.Method).Distinct()] : MethodNames.Methods;
        double? memory = parsed.GetValue(s_memory) is string text ? Bytes("--memory", text) : null;
        DeviceRates? rates = Rates(parsed);
        PlanText page = new(common, methods, output);
        page.WriteMemory(memory);
        if (memory is double device)
        {
            page.WriteFits(device);
        }

        if (rates is not null)
        {
            page.WriteTimes(rates);
        }
    }

    private static long Rank(ParseResult parsed, ModelShape model) => (parsed.GetValue(s_rank), parsed.GetValue(s_fraction)) switch
    {
        (not null, not null) => throw new PalimpsestException("--rank and --rank-fraction say the same thing twice. Keep one of them."),
        (long rank, _) => rank,
        (_, double share) => share is > 0 and < 1
            ? Math.Max(1, (long)Math.Round(share * model.Width)) : throw new PalimpsestException("--rank-fraction must lie between 0 and 1, such as 0.25 for a quarter of the width."),

        // Keys and values that several heads share have matrices narrower than the stream.
        _ => Math.Clamp(model.Width / 4, 1, Math.Max(1, model.LargestRank)),
    };

    private static DeviceRates? Rates(ParseResult parsed)
    {
        (int? devices, string? bandwidth) = (parsed.GetValue(s_devices), parsed.GetValue(s_bandwidth));
        double matmul = parsed.GetValue(s_matmul), memory = Bytes("--memory-bandwidth", parsed.GetValue(s_memoryRate)!);
        return (devices, bandwidth) switch
        {
            (null, null) => null,
            (null, _) => throw new PalimpsestException("--bandwidth belongs to --devices. Name how many devices there are."),
            (_, null) => throw new PalimpsestException("--devices needs --bandwidth, the bytes a second between two of them, such as 12GB."),
            (int count, string rate) when count is >= 1 and <= 1 << 20 && matmul > 0 => new DeviceRates(count, Bytes("--bandwidth", rate), matmul, memory),
            _ => throw new PalimpsestException($"--devices must be from 1 to {1 << 20}, and --matmul-rate above 0."),
        };
    }

    private static double Bytes(string option, string text) =>
        ByteText.TryRead(text, out double bytes) ? bytes : throw new PalimpsestException($"{option}: \"{text}\" is no amount of memory; {ByteText.WayOut(text)}.");
}
