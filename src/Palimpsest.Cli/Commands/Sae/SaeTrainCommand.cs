using System.CommandLine;
using Palimpsest.Interpretability.Experiment;

namespace Palimpsest.Cli.Commands.Sae;

/// <summary><c>palimpsest sae train</c></summary>
internal static class SaeTrainCommand
{
    public static Command Create(TextWriter output) => JobCommand.Create<SaeRecipe>(
        "sae",
        """
        Trains a sparse autoencoder on a model's activations and writes it in SAELens's form, into artifacts/saes/sae of the run.

        Examples: palimpsest sae train --model my-model --hook blocks.4.hook_resid_post --file texts.jsonl
                  palimpsest sae train --architecture "{ name: jumprelu, l0_coefficient: 2 }" --expansion 16
        """,
        new JobOptions()
            .Add<string>("--file", "data.file", "Texts: JSON lines, CSV, TSV, Parquet or plain text. [default: text of the embedded world]")
            .Add<string>("--model", "model.name", "An embedded model, a folder or a file. [default: base-v1]")
            .Add<string>("--hook", "method.hook", "Where activations are read. [default: blocks.1.hook_resid_post]")
            .Add<string>("--hook-out", "method.hook_out", "What a transcoder predicts.")
            .AddYaml("--architecture", "method.architecture",
                "standard, gated, topk, batchtopk, jumprelu, matryoshka_batchtopk, transcoder or skip_transcoder, or with settings. [default: topk]")
            .Add<double>("--expansion", "method.expansion", "Latents a unit of the activations' width. [default: 8]")
            .Add<int>("--documents", "data.documents", "Most texts. [default: 4000]")
            .AddTraining(2000, 1024, "1e-3")
            .AddMachine(),
        output, "train");
}
