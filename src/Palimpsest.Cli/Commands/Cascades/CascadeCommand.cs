using System.CommandLine;
using Palimpsest.Cascades.Experiment;

namespace Palimpsest.Cli.Commands.Cascades;

/// <summary><c>palimpsest cascade [replay FILE]</c></summary>
internal static class CascadeCommand
{
    public static Command Create(TextWriter output)
    {
        Command command = JobCommand.Create<CascadeRecipe>(
            "cascade",
            """
            Lets small models answer where they agree and passes the rest on to a larger one, with a certificate of what that loses, and compares it with
            confidence cascades, learned scorers, routers, chance and an oracle. Every call of every member is billed.
            Without arguments it trains small classifiers and the embedded model on the embedded world; --task facts has models write instead.

            Examples: palimpsest cascade
                      palimpsest cascade --limit 0.03 --calibrate 200
                      palimpsest cascade replay answers.jsonl --tiers "[[small-a, small-b, small-c], [large]]"
            """,
            Shared(new JobOptions()
                .Add<string>("--task", "data.task", "biographies, which classifiers read, or facts, which models write down. [default: biographies]")
                .Add<string>("--model", "model.name", "The large model: an embedded one, a folder or a file. [default: base-v1]")
                .Add<int>("--train", "data.train", "Biographies that models are trained on. [default: 1500]")
                .Add<int>("--threads", "model.threads", "Threads of the large model; 0 for all cores. [default: 0]")),
            output);
        Argument<string> file = new("file") { Description = "Recorded answers: CSV in RouteLLM's form, or JSON lines (docs/cascades.md)." };
        command.Subcommands.Add(JobCommand.Create<CascadeRecipe>(
            "cascade",
            """
            Compares cascades on recorded answers; asks no model.

            Examples: palimpsest cascade replay answers.jsonl
                      palimpsest cascade replay responses.csv --prices "{ small: { call: 1 }, large: { call: 30 } }"
            """,
            Shared(new JobOptions()
                .AddYaml("--prices", "costs.prices", "What each system's calls cost, by the call or by a million tokens. [default: as recorded; otherwise "
                    + "calls are counted]")
                .Add<string>("--price-table", "costs.table", "A CSV of prices: model, call, input, output, currency, dated, source. [default: none]")),
            output, "replay", (file, "data.file")));
        command.Subcommands.Add(CascadeCalibrateCommand.Create(output));
        command.Subcommands.Add(CascadeEvaluateCommand.Create(output));
        command.Subcommands.Add(CascadeRecordCommand.Create(output));
        return command;
    }

    private static JobOptions Shared(JobOptions options) => options
        .AddYaml("--tiers", "method.tiers", "Members of each tier, from the cheapest: \"[[a, b, c], [d]]\". [default: all but the last system, and the last]")
        .Add<string>("--rule", "method.rule", "What members have to agree in: vote, score, token-overlap or semantic. [default: vote]")
        .Add<string>("--encoder", "method.encoder", "A folder of sentence-transformers for the rule semantic and for the router. [default: none]")
        .Add<double>("--limit", "certificate.limit", "Error allowed beyond the next tier's, as a share of the questions. [default: 0.05]")
        .Add<double>("--confidence", "certificate.confidence", "How sure that must be. [default: 0.95]")
        .Add<int>("--tune", "data.tune", "Questions that scorers and routers learn from. [default: 300]")
        .Add<int>("--calibrate", "data.calibrate", "Questions that thresholds are set on. [default: 100]")
        .Add<int>("--test", "data.test", "Questions that are counted. [default: 5000 of the world, all others of a file]")
        .Add<int>("--splits", "evaluate.splits", "Random splits that put the certificate to the test. [default: 200]")
        .Add<long>("--seed", "seed", "Root of all randomness. [default: 7]");
}
