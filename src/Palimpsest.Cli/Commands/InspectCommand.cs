using System.CommandLine;
using Palimpsest.Models;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest inspect FOLDER|FILE</c></summary>
internal static class InspectCommand
{
    private const int Shown = 12;

    public static Command Create(TextWriter output)
    {
        Argument<string> path = new("model") { Description = "An embedded model, a folder, a GGUF file or a llama2.c file.", DefaultValueFactory = _ => EmbeddedModels.Default };
        Option<bool> all = new("--all") { Description = "List every tensor." };
        Command command = new(
            "inspect",
            """
            Says what a model is without loading it: parameters, bytes, context, tokenizer, tensors. Models of other families are listed, with the reason why they cannot be loaded.

            Example: palimpsest inspect my-models/model.Q4_1.gguf
            """)
        {
            path, all,
        };
        command.SetAction(parsed => Print(ModelInspection.Of(EmbeddedModels.Resolve(parsed.GetValue(path)!)), parsed.GetValue(all), output));
        return command;
    }

    private static void Print(ModelInspection model, bool all, TextWriter output)
    {
        output.WriteLine($"{model.Format}, {model.Architecture}");
        if (model.Supported is string reason)
        {
            output.WriteLine($"cannot be loaded: {reason}");
        }

        foreach ((string name, string value) in model.Facts)
        {
            output.WriteLine($"  {name,-20} {value}");
        }

        output.WriteLine($"  {"tensors",-20} {model.Tensors.Count}: {string.Join(", ", model.Tensors.CountBy(tensor => tensor.Type).OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Value} {pair.Key}"))}");
        output.WriteLine($"  {"tied",-20} {(model.Tied.Count == 0 ? "nothing" : string.Join(", ", model.Tied.Select(pair => $"{pair.Key} is {pair.Value}")))}");
        foreach ((string name, string type, IReadOnlyList<long> shape) in model.Tensors.Take(all ? int.MaxValue : Shown))
        {
            output.WriteLine($"    {name,-56} {type,-8} [{string.Join(", ", shape)}]");
        }

        if (!all && model.Tensors.Count > Shown)
        {
            output.WriteLine($"    and {model.Tensors.Count - Shown} more; --all lists them");
        }
    }
}
