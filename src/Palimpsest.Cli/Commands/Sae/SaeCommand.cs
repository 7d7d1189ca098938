using System.CommandLine;
using Palimpsest.Interpretability.Experiment;

namespace Palimpsest.Cli.Commands.Sae;

/// <summary><c>palimpsest sae [specialise | train | evaluate | features | ablate | shift]</c></summary>
internal static class SaeCommand
{
    public static Command Create(TextWriter output)
    {
        Command command = JobCommand.Create<SsaeRecipe>(
            "ssae",
            """
            Trains a sparse autoencoder on a model's activations, specialises it to a rare domain and shows what the general one did not see, against
            controls of equal compute. Without arguments the domain is heraldry among the topics of the embedded world, which the embedded model learns first.

            Examples: palimpsest sae
                      palimpsest sae --arms general,dense,oracle --finetune-steps 600
                      palimpsest sae specialise corpus.txt --seed-file my-domain.txt --model my-model
            """,
            Shared(new JobOptions()
                .Add<double>("--rare-share", "data.rare_share", "Share of the documents that belong to the domain. [default: 0.005]")
                .Add<int>("--learn-steps", "data.learn_steps", "Steps in which the model learns the topics. [default: 400]")),
            output, "sae");
        Argument<string> corpus = new("corpus") { Description = "Texts to search in: JSON lines, CSV, TSV, Parquet or plain text, by the extension." };
        command.Subcommands.Add(JobCommand.Create<SsaeRecipe>(
            "ssae",
            """
            Specialises an autoencoder to the domain of a few seed documents: finds passages like them in a corpus, finetunes on these, and shows the latents
            that the general autoencoder does not have.

            Example: palimpsest sae specialise corpus.txt --seed-file invoices.jsonl --model my-model --hook blocks.4.hook_resid_post
            """,
            Shared(new JobOptions()
                .Add<string>("--seed-file", "data.seed_file", "Documents of the domain.")
                .Add<string>("--test-file", "data.test_file", "Texts of the domain to measure on. [default: those behind the seeds]")),
            output, "specialise", (corpus, "data.corpus")));
        command.Subcommands.Add(SaeTrainCommand.Create(output));
        command.Subcommands.Add(SaeEvaluateCommand.Create(output));
        command.Subcommands.Add(SaeFeaturesCommand.Create(output));
        command.Subcommands.Add(SaeAblateCommand.Create(output));
        command.Subcommands.Add(SaeShiftCommand.Create(output));
        return command;
    }

    private static JobOptions Shared(JobOptions options) => options
        .Add<string>("--model", "model.name", "An embedded model, a folder or a file. [default: base-v1]")
        .Add<string>("--hook", "method.hook", "Where activations are read. [default: blocks.1.hook_resid_post]")
        .AddYaml("--architecture", "method.architecture", "standard, gated, topk, batchtopk, jumprelu or matryoshka_batchtopk, or with settings \"{ name: "
            + "topk, k: 16 }\". [default: standard]")
        .Add<double>("--expansion", "method.expansion", "Latents a unit of the activations' width. [default: 8]")
        .AddList("--arms", "method.arms", "What is compared, with commas: general, random, seed, bm25, dense, bm25-tracin, dense-tracin, oracle, residual, "
            + "direct.")
        .AddYaml("--tilts", "method.tilts", "Estimators of tilted risk: \"[ess, { name: groups, t: 2 }]\". [default: ess]")
        .Add<string>("--encoder", "method.encoder", "Folder of a sentence encoder for dense retrieval. [default: the model's own states]")
        .Add<int>("--retrieve", "method.retrieve", "Passages that are retrieved. [default: 120]")
        .Add<int>("--documents", "data.documents", "Documents of the corpus. [default: 24000]")
        .Add<int>("--test", "data.test", "Documents of the domain, and general ones, to measure on. [default: 200]")
        .Add<int>("--seeds", "data.seeds", "Seed documents. [default: 20]")
        .Add<int>("--steps", "train.steps", "Steps of the general autoencoder. [default: 2000]")
        .Add<int>("--finetune-steps", "finetune.steps", "Steps of each specialised one. [default: 300]")
        .AddMachine();
}
