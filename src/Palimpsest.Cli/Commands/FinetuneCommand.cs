using System.CommandLine;
using Palimpsest.Jobs.Finetune;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest finetune [--model FOLDER --data FILE]</c></summary>
internal static class FinetuneCommand
{
    private const string LoraLearningRate = "0.005";
    private static readonly string[] Lora = ["method.lora={}"];

    public static Command Create(TextWriter output) => JobCommand.Create<FinetuneRecipe>(
        "finetune",
        """
        Fine-tunes a model on an owner's data, measures before and after, and writes a report.
        Without arguments it takes the embedded model and an owner of the embedded world.

        Examples: palimpsest finetune
                  palimpsest finetune --lora --rank 4
                  palimpsest finetune --model my-models/stories --data reviews.jsonl --steps 1000 --learning-rate 3e-4
                  palimpsest finetune --task retrieval --model my-models/all-MiniLM-L6-v2 --data pairs.jsonl
                  palimpsest finetune --objective dpo --model my-models/stories --data pairs.jsonl --lora
        """,
        new JobOptions()
            .Add<string>("--model", "model.name", "An embedded model, a folder with config.json, model.safetensors and tokenizer.json, a GGUF file, or a llama2.c file. [default: base-v1]")
            .Add<string>("--data", "data.file", "Examples: JSON lines, CSV, TSV, Parquet or plain text, by the extension. [default: an owner of the embedded world]")
            .Add<string>("--held-out", "data.held_out_file", "Examples for evaluation. [default: a tenth of the data is kept]")
            .Add<int>("--owner", "data.owner", "Number of the owner in the embedded world. [default: the seed]")
            .Add<string>("--replay", "data.replay_file", "General text to mix in, so that the model forgets less.")
            .Add<string>("--task", "task",
                "language-model; classification: a head names the class, which the completion names; retrieval: a sentence encoder learns which "
                    + "passage answers a query; masked-language-model: an encoder fills in hidden tokens. [default: language-model]")
            .Add<string>("--objective", "method.objective.name",
                "next-token; or a preference: dpo, simpo, orpo, cpo (rows with chosen and rejected), kto (rows with completion and label). [default: "
                    + "next-token]")
            .Add<string>("--loss-type", "method.objective.loss_type",
                "Loss of dpo: sigmoid, cdpo, robust, ipo, hinge, sigmoid_norm, nca_pair, apo_zero, sppo_hard and others (docs/preferences.md). "
                    + "[default: sigmoid]")
            .Add<double>("--beta", "method.objective.beta", "Beta of a preference. [default: 0.1; simpo 2]")
            .AddFlag("--lora", Lora, $"Train a low-rank adapter beside the frozen model; the learning rate then is {LoraLearningRate} unless given.")
            .Add<int>("--rank", "method.lora.rank", "Rank of the adapter; implies --lora. [default: 8]", Lora)
            .Add<double>("--alpha", "method.lora.alpha", "The adapter's updates are scaled by alpha / rank; implies --lora. [default: 16]", Lora)
            .AddList("--targets", "method.lora.targets", "Modules to adapt, such as q_proj,v_proj; implies --lora. [default: all-linear]", Lora)
            .AddFlag(
                "--packed", [.. Lora, "method.packed=true"],
                "Keep the weights below the adapter as their file has them, 4 to 8 bits of a GGUF file too: less memory; implies --lora.")
            .AddFlag("--merged", [.. Lora, "method.save_merged=true"], "Save the model with the adapter merged in too; implies --lora.")
            .AddTraining(200, 32, "0.0005")
            .Add<bool>("--show-samples", "evaluate.show_samples", "Put the data's text into the report's samples; without it only lengths are shown.")
            .AddMachine()
            .Add<string>("--too-long", "data.too_long", "What happens to examples longer than the context: error, truncate or skip. [default: error]")
            .Add<bool>("--skip-bad", "data.skip_bad", "Leave broken lines out and count them, instead of stopping."),
        output);
}
