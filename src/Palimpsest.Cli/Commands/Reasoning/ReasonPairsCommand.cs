using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Palimpsest.Reasoning.PerStepNegatives;

namespace Palimpsest.Cli.Commands.Reasoning;

/// <summary><c>palimpsest reason pairs FILE --model MODEL</c></summary>
internal static class ReasonPairsCommand
{
    public static Command Create(TextWriter output)
    {
        ReasonArguments arguments = new("pairs.jsonl");
        Option<string> pairing = new("--pairing")
        {
            Description = "What a wrong step is set against: from-problem or shared-prefix.",
            DefaultValueFactory = _ => "from-problem"
        };
        Option<string> rule = new("--rule")
        {
            Description = "Which step counts: first-minimum, first-zero or largest-drop.",
            DefaultValueFactory = _ =>
            "largest-drop"
        };
        Option<string> search = new("--search")
        {
            Description = "Steps that are rolled out from: scan, early-stop or bisection.",
            DefaultValueFactory = _ =>
            "early-stop"
        };
        Option<int> rollouts = new("--rollouts") { Description = "Rollouts from a step.", DefaultValueFactory = _ => 5 };
        Option<int> negatives = new("--negatives") { Description = "Most different wrong solutions of a problem.", DefaultValueFactory = _ => 4 };
        Command command = new(
            "pairs",
            """
            Lets a model solve problems, rolls its wrong solutions out from every line to find where they go wrong, and writes pairs of a right and a wrong way
            on, which palimpsest finetune --objective dpo and TRL read. Steps end with lines.

            Example: palimpsest reason pairs problems.jsonl --model my-models/small --pairing shared-prefix
            """)
        {
            pairing, rule, search, rollouts, negatives,
        };
        arguments.AddTo(command);
        command.SetAction(parsed =>
        {
            PairOptions options = new(Named<PairingForm>(parsed.GetValue(pairing)!, "--pairing"), Named<PitRule>(parsed.GetValue(rule)!, "--rule"),
                Named<PitSearch>(parsed.GetValue(search)!, "--search"), parsed.GetValue(negatives));
            if (options.Negatives < 1 || parsed.GetValue(rollouts) < 1)
            {
                throw new PalimpsestException("--negatives and --rollouts must be at least 1.");
            }

            return arguments.Run(parsed, output, (solved, stop) =>
            {
                PairBuilder builder = new(solved.Asked, endToken: null); // readers put the end behind answers
                PitFinder finder = new(solved.Asked, solved.Engine, parsed.GetValue(rollouts), first: solved.Samples);
                if (StepPairs.Make(solved.Pool, solved.Engine, finder, builder, options, stop) is not StepPairs made)
                {
                    return false;
                }

                if (made.Pairs.Count == 0)
                {
                    throw new PalimpsestException(solved.Pool.WhyNoPairs);
                }

                PairFile.Write(arguments.Output(parsed), made.Pairs, solved.Asked);
                int pits = made.Findings.Count(finding => finding.Pit is not null), first = made.Findings.Count(finding => finding.Pit == 1);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{made.Pairs.Count:N0} pairs of {made.Findings.Count:N0} wrong solutions, {100 * solved.Pool.Solved:F1}% of all ")
                    + string.Create(CultureInfo.InvariantCulture,
                        $"being right; {pits:N0} have a pit, {first:N0} of them on step 1; {builder.Unmatched:N0} have nothing to be set against, ")
                    + string.Create(CultureInfo.InvariantCulture, $"{builder.Duplicates:N0} pairs were there before."));
                output.WriteLine($"Written: {arguments.Output(parsed)}");
                return true;
            });
        });
        return command;
    }

    private static T Named<T>(string text, string option)
        where T : struct, Enum
    {
        T[] known = Enum.GetValues<T>();
        int place = Array.FindIndex(known, value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()) == text);
        return place >= 0 ? known[place] : throw new PalimpsestException(
            $"{option}: {Runs.Recipes.RecipeChoices.Unknown(known.Select(value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString())), text)}");
    }
}
