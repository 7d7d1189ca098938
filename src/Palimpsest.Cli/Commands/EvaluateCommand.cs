using System.CommandLine;
using Palimpsest.Jobs.Evaluate;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest evaluate [--model FOLDER --data FILE]</c></summary>
internal static class EvaluateCommand
{
    public static Command Create(TextWriter output) => JobCommand.Create<EvaluateRecipe>(
        "evaluate",
        """
        Measures a model as it is: accuracy by answer likelihood, exact match and perplexity, with intervals.
        Without arguments it asks the embedded model about an owner of the embedded world.

        Examples: palimpsest evaluate --owner 12
                  palimpsest evaluate --model my-models/stories --data reviews.jsonl
        """,
        new JobOptions()
            .Add<string>("--model", "model.name", "An embedded model, a folder with config.json, model.safetensors and tokenizer.json, a GGUF file, or a llama2.c file. [default: base-v1]")
            .Add<string>("--adapter", "model.adapter", "The folder of an adapter in the PEFT format to put on the model.")
            .Add<string>("--data", "data.file", "Examples: JSON lines, CSV, TSV, Parquet or plain text, by the extension. [default: an owner of the embedded world]")
            .Add<int>("--owner", "data.owner", "Number of the owner in the embedded world. [default: the seed]")
            .Add<int>("--most", "data.most", "Ask at most so many examples of the file; 0 for all. [default: 0]")
            .Add<bool>("--show-samples", "evaluate.show_samples", "Put the data's text into the report's samples; without it only lengths are shown.")
            .AddMachine(WeightArguments.Types)
            .Add<bool>("--copy", "model.copy", WeightArguments.Copying)
            .Add<bool>("--skip-bad", "data.skip_bad", "Leave broken lines out, instead of stopping."),
        output);
}
