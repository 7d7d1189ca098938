using System.CommandLine;
using Palimpsest.Reasoning.Experiment;

namespace Palimpsest.Cli.Commands.Reasoning;

/// <summary><c>palimpsest reason [run|sample|score|pairs]</c></summary>
internal static class ReasonCommand
{
    private const string Kind = "reasoning";

    public static Command Create(TextWriter output)
    {
        const string about =
            """
            Learns a generated task from demonstrations, lets the model solve problems of its own, and compares what can be learnt from its right
            solutions, from whole wrong ones, and from the single steps at which they go wrong. Without arguments: sums whose teacher skips marked digits,
            about five minutes.
            """;
        Command command = JobCommand.Create<ReasoningRecipe>(Kind, about + "\n\n" + """
            Examples: palimpsest reason
                      palimpsest reason run --problems "[250, 500, 1000]" --arms-at "[1000]"
                      palimpsest reason sample problems.jsonl --model my-models/small --samples 8
                      palimpsest reason score samples.jsonl
                      palimpsest reason pairs problems.jsonl --model my-models/small
            """, Options(), output, "reason");
        command.Subcommands.Add(JobCommand.Create<ReasoningRecipe>(Kind, about + "\n\nExample: palimpsest reason run --arms \"[rft, per-step-dpo]\"",
            Options(), output, "run"));
        command.Subcommands.Add(ReasonSampleCommand.Create(output));
        command.Subcommands.Add(ReasonScoreCommand.Create(output));
        command.Subcommands.Add(ReasonPairsCommand.Create(output));
        return command;
    }

    private static JobOptions Options() => new JobOptions()
        .AddYaml("--task", "data.task",
            "planted-shortcut, natural-arithmetic or star-graph, or with options \"{ name: planted-shortcut, operands: 7 }\". [default: planted-shortcut]")
        .AddYaml("--problems", "data.problems", "Numbers of problems with demonstrations. [default: \"[250, 500, 1000, 2000, 4000]\"]")
        .AddYaml("--arms-at", "data.arms_at", "Numbers among them at which the arms are trained. [default: \"[500]\"]")
        .AddYaml("--arms", "arms",
            "\"[rft, { name: per-step-dpo, pairing: shared-prefix }]\". [default: sft-longer, rft, response-dpo, per-step-dpo with both pairings]")
        .Add<string>("--source", "sampling.source", "Which problems the model solves: training, or pool for fresh ones. [default: pool]")
        .Add<int>("--samples", "sampling.samples", "Solutions of a problem. [default: 8]")
        .Add<int>("--rollouts", "sampling.rollouts", "Rollouts from a step. [default: 10]")
        .Add<int>("--test", "data.test", "Problems of the test. [default: 2000]")
        .Add<int>("--steps", "train.steps", "Optimizer steps on the demonstrations. [default: 800]")
        .Add<int>("--threads", "model.threads", "Threads; 0 for all cores. [default: 1]")
        .Add<long>("--seed", "seed", "Root of all randomness. [default: 7]");
}
