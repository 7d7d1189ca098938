using System.CommandLine;
using Palimpsest.Unlearning.Approximate.Experiment;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest unlearn --method npo --forget FILE --retain FILE</c></summary>
internal static class UnlearnCommand
{
    private static readonly string[] Lora = ["method.lora={}"];

    public static Command Create(TextWriter output) => JobCommand.Create<UnlearnRecipe>(
        "unlearn",
        """
        Makes a model unlearn examples by a published approximate method, measures before and after, and writes a report.
        None of these methods gives a guarantee; to delete an owner's data exactly, see 'palimpsest owners forget'.

        Examples: palimpsest unlearn --model my-models/chat --forget forget.jsonl --retain retain.jsonl
                  palimpsest unlearn --method rmu --set method.objective.layer=5 --forget forget.jsonl --retain retain.jsonl
                  palimpsest unlearn --method dpo-idk --lora --forget forget.jsonl --retain retain.jsonl
        """,
        new JobOptions()
            .Add<string>("--forget", "data.forget", "What is to be forgotten: JSON lines, CSV, TSV, Parquet or plain text, by the extension.")
            .Add<string>("--retain", "data.retain", "What is to stay; measured, and learnt by methods with a retain term.")
            .Add<string>("--method", "method.objective.name",
                "ga, graddiff, kl-min, dpo-idk, idk-po, altpo, npo, simnpo, rmu, undial, wga, satimp, ce-u, pdu, scrub, whp or task-vector "
                    + "(docs/unlearning-methods.md); its settings by --set method.objective.KEY. [default: npo]")
            .Add<string>("--alternatives", "data.alternatives", "Plausible other answers to the forget set's prompts, for altpo.")
            .Add<string>("--refusals", "data.refusals", "Refusals, one a line, for dpo-idk and idk-po. [default: a short list]")
            .Add<string>("--model", "model.name",
                "An embedded model, a folder with config.json, model.safetensors and tokenizer.json, a GGUF file, or a llama2.c file. [default: base-v1]")
            .AddFlag("--lora", Lora, "Train a low-rank adapter beside the frozen model; the learning rate then is 0.001 unless given.")
            .Add<int>("--rank", "method.lora.rank", "Rank of the adapter; implies --lora. [default: 8]", Lora)
            .AddFlag("--merged", [.. Lora, "method.save_merged=true"], "Save the model with the adapter merged in too; implies --lora.")
            .AddTraining(100, 8, "0.0001")
            .AddMachine()
            .Add<string>("--too-long", "data.too_long", "What happens to examples longer than the context: error, truncate or skip. [default: error]")
            .Add<bool>("--skip-bad", "data.skip_bad", "Leave broken lines out and count them, instead of stopping."),
        output);
}
