using System.CommandLine;
using Palimpsest.Unlearning.Audit.Experiment;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest audit --model M --forget FILE --retain FILE --reference B</c></summary>
internal static class AuditCommand
{
    public static Command Create(TextWriter output) => JobCommand.Create<AuditRecipe>(
        "audit",
        """
        Finds out whether a model has forgotten what it was asked to forget: asked as usual, asked in other forms, and after a little relearning, always beside
        a model that never saw the data.
        Without arguments it makes a model learn owners of the embedded world, unlearns two of them by GradDiff and by exact deletion, and audits both.

        Examples: palimpsest audit
                  palimpsest audit --model unlearned --forget forget.json --retain retain.json --reference retrained --original finetuned
                  palimpsest audit --model unlearned --forget forget.json --retain retain.json --reference retrained --public notes.txt --budget 30m
                  palimpsest audit --owners clinics --receipt receipt-1f2e3d4c.json --forget forget.json --retain retain.json
        """,
        new JobOptions()
            .Add<string>("--model", "model.name",
                "The audited model: an embedded one, a folder with config.json, model.safetensors and tokenizer.json, a GGUF file, or a llama2.c file. Without "
                    + "files, the one that learns and unlearns first. [default: base-v1]")
            .Add<string>("--adapter", "model.adapter", "An adapter in the PEFT format that belongs to the audited model.")
            .Add<string>("--forget", "data.forget",
                "Questions whose answers should be forgotten: JSON, JSON lines, CSV, TSV or Parquet with question and answer; "
                + "wrong answers or choices, paraphrases and subjects are used where they are there (docs/audit.md).")
            .Add<string>("--retain", "data.retain", "Questions that should still be answered.")
            .Add<string>("--reference", "reference", "A model that never saw what is to be forgotten. Without it there is no verdict.")
            .Add<string>("--original", "original", "The model before it was unlearned; without it, all answers count as known before.")
            .Add<string>("--public", "data.public", "Text that anyone could have about the subjects, to relearn from; what gives an answer away is left out.")
            .Add<string>("--general", "data.general", "General text, for whether the model still writes.")
            .Add<int>("--per-subject", "data.per_subject", "Rows in a row that are about one subject, where the files name none. [default: 0]")
            .Add<string>("--owners", "owners.store", "A store of owners, one of whom has left: audits what it serves, against its base model.")
            .Add<string>("--receipt", "owners.receipt", "The receipt of that owner, which is checked first.")
            .Add<string>("--budget", "method.budget", "Time for asking and relearning, such as 90s, 10m or 2h. [default: 10m]")
            .AddFlag("--chat", ["data.form={ template: \"{question}\", chat: true }"], "Put the questions as a user's message in the model's chat template.")
            .AddMachine(),
        output);
}
