using System.CommandLine;
using Palimpsest.Common;
using Palimpsest.Models;
using Palimpsest.Torch;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest convert SOURCE TARGET</c></summary>
internal static class ConvertCommand
{
    private static readonly string[] s_files = [".gguf", ".ggml", ".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".onnx", ".zip", ".tar", ".gz"];

    public static Command Create(TextWriter output)
    {
        Argument<string> source = new("source") { Description = "A GGUF file, a llama2.c file with its vocabulary beside it, or a Hugging Face folder." };
        Argument<string> target = new("target") { Description = "The new folder; it must not exist." };
        Option<string> type = new("--dtype") { Description = "f32, which keeps every value, or bf16, which halves the file.", DefaultValueFactory = _ => "f32" };
        type.AcceptOnlyFromAmong("f32", "bf16");
        Command command = new(
            "convert",
            """
            Writes a model as a Hugging Face folder, which is there whole or not at all.

            Example: palimpsest convert my-models/model.Q4_1.gguf my-models/model
            """)
        {
            source, target, type,
        };
        command.SetAction(parsed =>
        {
            string folder = parsed.GetValue(target)!;
            if (s_files.Contains(Path.GetExtension(folder), StringComparer.OrdinalIgnoreCase))
            {
                throw new PalimpsestException($"{folder}: is the name of a file, but a Hugging Face folder is written. Name a folder, such as "
                    + $"{ShellText.Quote(Path.ChangeExtension(folder, null))}; other forms are not written.");
            }

            ModelConverter.Convert(parsed.GetValue(source)!, folder, parsed.GetValue(type) == "bf16" ? ComputeType.Bf16 : ComputeType.F32);
            output.WriteLine($"Written to {folder}. Look at it with: palimpsest inspect {ShellText.Quote(folder)}");
        });
        return command;
    }
}
