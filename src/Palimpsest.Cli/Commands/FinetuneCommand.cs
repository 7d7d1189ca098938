using System.CommandLine;
using Palimpsest.Jobs;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest finetune [--model FOLDER --data FILE]</c></summary>
internal static class FinetuneCommand
{
    public static Command Create(TextWriter output) => JobCommand.Create<FinetuneRecipe>(
        "finetune",
        """
        Fine-tunes a model on an owner's data, measures before and after, and writes a report.
        Without arguments it takes the embedded model and an owner of the embedded world.

        Examples: palimpsest finetune
                  palimpsest finetune --model my-models/stories --data reviews.jsonl --steps 1000 --learning-rate 3e-4
        """,
        new JobOptions()
            .Add<string>("--model", "model.name", "An embedded model, a folder with config.json, model.safetensors and tokenizer.json, a GGUF file, or a llama2.c file. [default: base-v1]")
            .Add<string>("--data", "data.file", "JSON lines with \"text\", or with \"prompt\" and \"completion\". [default: an owner of the embedded world]")
            .Add<string>("--held-out", "data.held_out_file", "JSON lines for evaluation. [default: a tenth of the data is kept]")
            .Add<int>("--owner", "data.owner", "Number of the owner in the embedded world. [default: the seed]")
            .Add<string>("--replay", "data.replay_file", "JSON lines of general text to mix in, so that the model forgets less.")
            .AddTraining(200, 32, "0.0005")
            .Add<bool>("--show-samples", "evaluate.show_samples", "Put the data's text into the report's samples; without it only lengths are shown.")
            .AddMachine()
            .Add<string>("--too-long", "data.too_long", "What happens to examples longer than the context: error, truncate or skip. [default: error]")
            .Add<bool>("--skip-bad", "data.skip_bad", "Leave broken lines out and count them, instead of stopping."),
        output);
}
