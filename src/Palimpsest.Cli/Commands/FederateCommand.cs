using System.CommandLine;
using Palimpsest.Federation.Experiment;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest federate [--model FOLDER --data FILE]</c></summary>
internal static class FederateCommand
{
    private static readonly string[] Privacy = ["privacy={}"];

    public static Command Create(TextWriter output) => JobCommand.Create<FederateRecipe>(
        "federate",
        """
        Trains one model together on the data of many clients: each trains on its own, sends what it has learnt, and keeps its data.
        Counts every byte, measures clients before and after, and writes a report.
        Without arguments it takes the embedded model and 50 owners of the embedded world, by FLASC at a density of 1/4.

        Examples: palimpsest federate
                  palimpsest federate --algorithm fedavg --rounds 100
                  palimpsest federate --world biographies --dirichlet 0.1 --clients 100
                  palimpsest federate --model my-models/stories --data reviews.jsonl --owner-column author
                  palimpsest federate --data reviews.jsonl --task classification --clients 50 --iid --epsilon 8
        """,
        new JobOptions()
            .Add<string>("--model", "model.name", "An embedded model, a folder with config.json, model.safetensors and tokenizer.json, a GGUF file, or a "
                + "llama2.c file. [default: base-v1]")
            .Add<string>("--data", "data.file", "Examples: JSON lines, CSV, TSV, Parquet or plain text, by the extension. Each owner is a client, unless "
                + "--dirichlet or --iid deals them out. [default: the embedded world]")
            .Add<string>("--owner-column", "data.columns.owner", "Column of the owners' names. [default: owner]")
            .Add<string>("--world", "data.world", "Without --data: facts (owners with facts of their own) or biographies (professions to be named). "
                + "[default: facts]")
            .Add<int>("--clients", "data.clients", "Number of clients. [default: the file's owners; 50 owners of the world; 100 where examples are dealt out]")
            .Add<double>("--dirichlet", "data.dirichlet", "Deals the examples out by class, the more unevenly the smaller the number. [default: 0.1 for "
                + "biographies]")
            .AddFlag("--iid", ["data.iid=true"], "Deal the examples out evenly.")
            .Add<string>("--task", "task", "language-model or classification. [default: language-model; classification for biographies]")
            .Add<string>("--algorithm", "method.algorithm.name", "fedavg, fedprox, scaffold, flasc, federated-select, sparse-adapter, adapter-lth, het-lora or "
                + "ffa-lora; their settings are keys of method.algorithm (docs/federation.md). [default: flasc]")
            .AddBoth<double>("--density", ["method.algorithm.download_density", "method.algorithm.upload_density"],
                "Share of the coordinates that FLASC sends each way. [default: 0.25]")
            .Add<string>("--part", "method.part", "What is trained: adapter, whole or head. [default: adapter]")
            .Add<int>("--rank", "method.lora.rank", "Rank of the adapter. [default: 16]")
            .Add<string>("--aggregator", "method.aggregator", "mean, median or trimmed-mean. [default: mean]")
            .AddYaml("--server", "server", "The server's step: fedavg, fedavgm, fedadam, fedyogi, fedadagrad or adamw, or with options "
                + "\"{ name: fedadam, learning_rate: 0.01 }\". [default: adamw]")
            .Add<int>("--rounds", "train.rounds", "Rounds. [default: 60]")
            .Add<int>("--cohort", "train.cohort", "Clients of a round. [default: 10]")
            .Add<int>("--epochs", "train.local.epochs", "Passes of a client over its examples in a round. [default: 1]")
            .Add<int>("--batch-size", "train.local.batch_size", "Examples of a client's step. [default: 16]")
            .Add<double>("--learning-rate", "train.local.learning_rate", "Rate of a client's step. [default: 0.05; classification 0.02; --part whole 0.01]")
            .Add<double>("--epsilon", "privacy.epsilon", "Private rounds that cost each client no more than this; a simulation unless --ledger is given.",
                Privacy)
            .Add<double>("--delta", "privacy.delta", "The delta beside it. [default: 1e-05]", Privacy)
            .Add<double>("--clip", "privacy.clip", "Longest contribution of a client in private rounds. [default: 0.1]", Privacy)
            .Add<string>("--ledger", "privacy.ledger", "File that keeps the clients' budget over all runs; noise then comes from the operating system.",
                Privacy)
            .Add<long>("--seed", "seed", "Root of all randomness. [default: 7]")
            .Add<string>("--dtype", "model.dtype", "f32 or bf16. [default: f32]")
            .Add<int>("--workers", "train.workers", "Clients that train side by side; the results have the same bits for any number. [default: all cores]")
            .Add<int>("--threads", "train.threads", "Threads of a worker. [default: 1]")
            .Add<string>("--too-long", "data.too_long", "What happens to examples longer than the context: error, truncate or skip. [default: error]")
            .Add<bool>("--skip-bad", "data.skip_bad", "Leave broken lines out and count them, instead of stopping."),
        output);
}
