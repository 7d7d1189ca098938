using System.CommandLine;
using System.Globalization;
using Palimpsest.Reasoning.Rollouts;
using Palimpsest.Reasoning.Verifiers;

namespace Palimpsest.Cli.Commands.Reasoning;

/// <summary><c>palimpsest reason sample FILE --model MODEL</c></summary>
internal static class ReasonSampleCommand
{
    public static Command Create(TextWriter output)
    {
        ReasonArguments arguments = new("samples.jsonl");
        Option<string?> right = new("--right")
        {
            Description = "File for the different right solutions too, as prompts and completions for palimpsest finetune (rejection finetuning).",
        };
        Command command = new(
            "sample",
            """
            Lets a model solve problems several times each, judges the solutions, and says how often one of k is right, and how often the majority of k is.

            Example: palimpsest reason sample problems.jsonl --model my-models/small --chat --samples 8 --tokens 256
            """)
        {
            right,
        };
        arguments.AddTo(command);
        command.SetAction(parsed => arguments.Run(parsed, output, (solved, _) =>
        {
            SampledProblem[] sampled = [.. solved.Problems.Select((problem, i) => new SampledProblem(problem, [.. solved.Pool.Samples(i).Select(sample =>
                sample is null ? new SampledSolution("", new Judgement(Verdict.Unreadable, null)) : new SampledSolution(solved.Asked.Text(sample.Solution),
                    sample.Judgement))]))];
            SampleFile.Write(arguments.Output(parsed), sampled);
            foreach (string line in SampleScores.Of(sampled, seed: 0))
            {
                output.WriteLine(line);
            }

            output.WriteLine($"Written: {arguments.Output(parsed)}");
            if (parsed.GetValue(right) is string file)
            {
                (int written, int cutOff) = SolutionFile.Write(file, solved.Pool, solved.Asked);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Written: {file}, {written:N0} different right solutions")
                    + (cutOff == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {cutOff:N0} more were cut off by --tokens and are left out")));
            }

            return true;
        }));
        return command;
    }
}
