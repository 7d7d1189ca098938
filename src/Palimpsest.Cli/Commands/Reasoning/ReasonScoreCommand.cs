using System.CommandLine;
using Palimpsest.Reasoning.Rollouts;

namespace Palimpsest.Cli.Commands.Reasoning;

/// <summary><c>palimpsest reason score FILE</c></summary>
internal static class ReasonScoreCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string> file = new("file") { Description = "Sampled solutions: what sample writes, or the form of Qwen2.5-Math's evaluation." };
        Option<string> verifier = ReasonArguments.VerifierOption(null);
        Command command = new(
            "score",
            """
            Says of recorded samples how often one of k is right, and how often the majority of k is, with intervals over the problems. Asks no model; without
            a verifier the file's own judgements count.

            Example: palimpsest reason score samples.jsonl --verifier boxed
            """)
        {
            file, verifier,
        };
        command.SetAction(parsed =>
        {
            string? own = parsed.GetValue(verifier);
            IReadOnlyList<SampledProblem> problems = SampleFile.Read(parsed.GetValue(file)!, own is null ? null : ReasonArguments.Verifier(own));
            foreach (string line in SampleScores.Of(problems, seed: 0))
            {
                output.WriteLine(line);
            }

            return 0;
        });
        return command;
    }
}
