using System.Globalization;
using Palimpsest.Common;
using Palimpsest.Planning;
using Spectre.Console;

namespace Palimpsest.Cli.Commands.Plan;

/// <summary>Tables and bars of a plan. Every figure on these pages is modelled.</summary>
internal sealed class PlanText
{
    private const int BarWidth = 60, RedirectedWidth = 160;

    private static readonly (string Name, char Mark, string Colour, Func<MemoryBytes, double> Bytes)[] s_categories =
    [
        ("weights", '█', "blue", plan => plan.Weights), ("gradients", '▓', "green", plan => plan.Gradients), ("state", '▒', "yellow", plan => plan.State),
        ("projectors", '◆', "magenta", plan => plan.Projectors), ("activations", '░', "grey", plan => plan.Activations),
    ];

    private readonly PlanOptions _common;
    private readonly IReadOnlyList<TrainingMethod> _methods;
    private readonly IAnsiConsole _console;

    /// <param name="common">What all methods share.</param>
    /// <param name="methods">The rows.</param>
    /// <param name="output">Gets the page.</param>
    public PlanText(PlanOptions common, IReadOnlyList<TrainingMethod> methods, TextWriter output)
    {
        (_common, _methods) = (common, methods);
        bool terminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        AnsiConsoleSettings plain = new() { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output) };
        _console = terminal ? AnsiConsole.Console : AnsiConsole.Create(plain);
        if (!terminal)
        {
            _console.Profile.Width = RedirectedWidth;
        }
    }

    /// <summary>Bytes by method and category, and their bars.</summary>
    /// <param name="memory">Bytes of the device, or null.</param>
    public void WriteMemory(double? memory)
    {
        ModelShape model = _common.Model;
        (TrainingMethod Method, MemoryBytes Bytes)[] plans = [.. _methods.Select(method => (method, MemoryPlan.Of(_common with { Method = method })))];
        double matrices = model.Weights.Where(weight => weight.Part == WeightPart.Block).Sum(weight => weight.Count);
        string again = _common.CheckpointBlocks ? ", blocks computed again" : "";
        Say($"{model.Name}: {model.Parameters:N0} parameters, {matrices / 1e6:F2} million of them in the matrices of {model.Layers} blocks.");
        string type = _common.Type.ToString().ToLowerInvariant();
        Say($"Modelled, not measured: {type}, {_common.Batch} x {_common.Sequence} tokens a pass, rank {_common.Rank}{again}.");
        string[] verdict = memory is double limit ? [$"on {ByteText.Show(limit)}"] : [];
        Table table = NewTable(["method", "moments", .. s_categories.Select(category => category.Name), "total", .. verdict]);
        foreach ((TrainingMethod method, MemoryBytes bytes) in plans)
        {
            table.AddRow([MethodNames.Of(method), State(method, _common.State),
                .. s_categories.Select(category => Amount(category.Bytes(bytes))), ByteText.Show(bytes.Total),
                .. memory is null ? Array.Empty<string>() : [bytes.Total <= memory ? "fits" : "too much"]]);
        }

        _console.Write(table);
        double longest = Math.Max(plans.Max(plan => plan.Bytes.Total), memory ?? 0);
        foreach ((TrainingMethod method, MemoryBytes bytes) in plans)
        {
            _console.MarkupLine($"{MethodNames.Of(method),-17}{Bar(bytes, longest, memory)}");
        }

        string legend = string.Join("  ", s_categories.Select(category => $"[{category.Colour}]{category.Mark}[/] {category.Name}"));
        _console.MarkupLine($"{"",-17}{legend}{(memory is null ? "" : "  | the device")}");
    }

    /// <summary>The largest rank and batch of each method and type of moments that fit.</summary>
    /// <param name="memory">Bytes of the device.</param>
    public void WriteFits(double memory)
    {
        (string size, int sequences, long given) = (ByteText.Show(memory), _common.Batch, _common.Rank);
        Say($"\nThe most that fits into {size}, modelled: the largest rank with batches of {sequences}, and the largest batch with rank {given}.");
        Table table = NewTable(["method", "moments", "largest rank", "share of the width", "largest batch"]);
        foreach (TrainingMethod method in _methods)
        {
            IEnumerable<StateType> states = method == TrainingMethod.AdamW8bit ? [StateType.Bits8] : MethodNames.States;
            foreach (PlanOptions options in states.Select(state => _common with { Method = method, State = state }))
            {
                long? rank = MemoryPlan.LargestRank(options, memory);
                string most = rank is null ? "none" : Invariant($"{rank}{(rank == options.Model.LargestRank ? " (the largest)" : "")}");
                table.AddRow(MethodNames.Of(method), State(method, options.State), options.HasRank ? most : "-",
                    rank is long value ? Invariant($"{value / (double)options.Model.Width:F3}") : "-",
                    MemoryPlan.LargestBatch(options, memory) is int batch ? Invariant($"{batch:N0}") : "none");
            }
        }

        _console.Write(table);
    }

    /// <summary>The least time of a data-parallel step of each method.</summary>
    public void WriteTimes(DeviceRates rates)
    {
        (string memory, string wire) = (ByteText.Show(rates.MemoryBandwidth), ByteText.Show(rates.Bandwidth));
        Say($"\nThe least time of a step on {rates.Devices} devices, modelled: products at {rates.MatmulRate:0.###e+0} operations/s");
        Say($"+ memory at {memory}/s + wire at {wire}/s, nothing overlapping.");
        double adamw = StepTime.Of(_common with { Method = TrainingMethod.AdamW }, rates).Seconds;
        Table table = NewTable(["method", "products", "memory", "wire", "step", "bytes sent a device", "speed over adamw"]);
        foreach (TrainingMethod method in _methods)
        {
            StepTime time = StepTime.Of(_common with { Method = method }, rates);
            table.AddRow(MethodNames.Of(method), Seconds(time.Products), Seconds(time.Memory), Seconds(time.Wire), Seconds(time.Seconds),
                Amount(time.WireBytes), Invariant($"{adamw / time.Seconds:F2}x"));
        }

        _console.Write(table);
    }

    private static string State(TrainingMethod method, StateType state) => MethodNames.Of(method == TrainingMethod.AdamW8bit ? StateType.Bits8 : state);

    private static string Amount(double bytes) => bytes == 0 ? "-" : ByteText.Show(bytes);

    private static string Seconds(double seconds) =>
        seconds >= 1 ? Invariant($"{seconds:F2} s") : seconds >= 1e-3 ? Invariant($"{seconds * 1e3:F1} ms") : Invariant($"{seconds * 1e6:F0} us");

    private static string Bar(MemoryBytes bytes, double longest, double? memory)
    {
        double sum = 0;
        int drawn = 0;
        string bar = "";
        foreach ((_, char mark, string colour, Func<MemoryBytes, double> part) in s_categories)
        {
            sum += part(bytes);
            int end = (int)Math.Round(BarWidth * sum / longest);
            bar += end > drawn ? $"[{colour}]{new string(mark, end - drawn)}[/]" : "";
            drawn = end;
        }

        int limit = memory is double device ? (int)Math.Round(BarWidth * device / longest) : 0;
        return limit > drawn ? $"{bar}{new string(' ', limit - drawn)}|" : bar;
    }

    private static Table NewTable(IReadOnlyList<string> columns)
    {
        Table table = new Table().Border(TableBorder.None);
        for (int i = 0; i < columns.Count; i++)
        {
            table.AddColumn(new TableColumn(columns[i]) { Alignment = i < 2 ? Justify.Left : Justify.Right, NoWrap = true });
        }

        return table;
    }

    private void Say(FormattableString sentence) => _console.WriteLine(Invariant(sentence));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
