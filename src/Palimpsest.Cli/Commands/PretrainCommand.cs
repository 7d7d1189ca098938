using System.CommandLine;
using Palimpsest.Jobs.Pretrain;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest pretrain [--data FILE]</c></summary>
internal static class PretrainCommand
{
    public static Command Create(TextWriter output) => JobCommand.Create<PretrainRecipe>(
        "pretrain",
        """
        Learns a tokenizer and pre-trains a small model from nothing. The shape is set by --set model.KEY.
        Without --data it reads the general part of the embedded world.

        Examples: palimpsest pretrain --data stories.jsonl --steps 2000 --set model.hidden_size=256 --set model.layers=6
                  palimpsest run recipes/pretrain/base.yaml
        """,
        new JobOptions()
            .Add<string>("--data", "data.file", "Texts: JSON lines, CSV, TSV, Parquet or plain text, by the extension. [default: the general part of the embedded world]")
            .Add<int>("--vocabulary", "model.vocabulary", "Tokens of the vocabulary. [default: 2048]")
            .AddTraining(3000, 64, "0.003")
            .AddMachine()
            .Add<bool>("--skip-bad", "data.skip_bad", "Leave broken lines out and count them, instead of stopping."),
        output);
}
