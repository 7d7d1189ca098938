using System.CommandLine;
using Palimpsest.Planning;

namespace Palimpsest.Cli.Commands.Plan;

/// <summary><c>palimpsest plan MODEL</c></summary>
internal static class PlanCommand
{
    public static Command Create(TextWriter output)
    {
        PlanArguments arguments = new();
        Command command = new(
            "plan",
            """
            Says how much memory a training will take, by category and method, what fits a device and with which rank.
            All figures are modelled by formulas (docs/memory.md), none is measured.

            Example: palimpsest plan llama-13b --type bf16 --batch-size 1 --memory 40GB
            """);
        arguments.AddTo(command);
        command.SetAction(parsed => Run(arguments, parsed, output));
        return command;
    }

    private static void Run(PlanArguments arguments, ParseResult parsed, TextWriter output)
    {
        double? memory = arguments.Memory(parsed);
        DeviceRates? rates = arguments.Rates(parsed);
        PlanText page = new(arguments.Common(parsed), arguments.Methods(parsed), output);
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
}
