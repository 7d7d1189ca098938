using System.CommandLine;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Data;
using Palimpsest.Metrics;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Torch;

namespace Palimpsest.Cli.Commands.Cascades;

/// <summary><c>palimpsest cascade record DATA --model MODEL...</c></summary>
internal static class CascadeRecordCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string> file = new("data") { Description = "Examples with prompts and completions: JSON lines, CSV, TSV or Parquet, by the extension." };
        Option<string[]> models = new("--model")
        {
            Description = "A model: embedded, a folder or a file. Given once a model, from the smallest to the largest.",
            Required = true,
        };
        Option<string[]> labels = new("--label")
        {
            Description = "An answer to choose from by likelihood. Given once an answer; without it models write their answers.",
        };
        Option<bool> numbers = new("--numbers") { Description = "Compare the last numbers of the answers instead of their texts." };
        Option<int> most = new("--items") { Description = "Most examples that are asked; 0 for all.", DefaultValueFactory = _ => 0 };
        Option<int> tokens = new("--tokens") { Description = "Most tokens of a written answer.", DefaultValueFactory = _ => 64 };
        Option<int> samples = new("--samples")
        {
            Description = "Samples of the first model beside its likeliest answer, at temperatures 0.4, 0.6, 0.8 and on.",
            DefaultValueFactory = _ => 0,
        };
        Option<int> checks = new("--checks")
        {
            Description = "How often each model is asked whether its written answer is right, for AutoMix; 8 are usual. [default: 0]",
        };
        Option<bool> scores = new("--scores") { Description = "Keep how likely each model found its written answer, for cascades by confidence." };
        Option<string> to = new("--output") { Description = "File of the recording.", DefaultValueFactory = _ => "recording.jsonl" };
        Command command = new(
            "record",
            """
            Asks models every question once and keeps their answers with what they took, so that cascades can be tried without asking again.

            Example: palimpsest cascade record questions.jsonl --model my-models/small --model my-models/large --output answers.jsonl
            """)
        {
            file, models, labels, numbers, most, tokens, samples, checks, scores, to,
        };
        command.SetAction(async (parsed, stop) =>
        {
            RecordedMembers members = new()
            {
                Labels = parsed.GetValue(labels) ?? [],
                Tokens = parsed.GetValue(tokens),
                Samples = parsed.GetValue(samples),
                Checks = parsed.GetValue(checks),
                Scores = parsed.GetValue(scores),
            };
            members.Check();
            (string, string, string?)[] questions = [.. Questions(parsed.GetValue(file)!, parsed.GetValue(most))];
            TorchContext torch = CommandTorch.Start(threads: 1);
            List<LanguageModel> loaded = [];
            try
            {
                loaded.AddRange(parsed.GetValue(models)!.Select(model => LanguageModel.Load(model, torch, LoadMode.Mapped)));
                Func<string, string> answerOf = parsed.GetValue(numbers) ? text => AnswerExtraction.LastNumber(text) ?? "" : text => text.Split('\n')[0].Trim();
                IPredictor[] predictors = [.. loaded.SelectMany((model, i) => members.Of(model, isFirst: i == 0, torch, answerOf))];
                Recording made = await Recorder.AskAsync(parsed.GetValue(file)!, questions, predictors, (given, right) => given == answerOf(right),
                    stop: stop).ConfigureAwait(false);
                RecordingFile.Write(parsed.GetValue(to)!, made);
                output.WriteLine($"{made.Items.Count} questions, {made.Systems.Count} systems: {parsed.GetValue(to)}");
                foreach ((int i, RecordedSystem system) in made.Systems.Index())
                {
                    output.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                        $"  {system.Name}: {100 * made.Items.Average(item => item.Right[i] ? 1.0 : 0):F1}% right"));
                }

                return 0;
            }
            finally
            {
                loaded.ForEach(model => model.Dispose());
            }
        });
        return command;
    }

    private static IEnumerable<(string, string, string?)> Questions(string file, int most)
    {
        IEnumerable<TextExample> examples = ExampleFile.Open(file).From(0).Select(item => item.Example);
        foreach ((int i, TextExample example) in (most > 0 ? examples.Take(most) : examples).Index())
        {
            yield return example.Prompt.Length > 0 ? (example.Prompt, example.Completion, null)
                : throw new PalimpsestException($"{file}: example {i + 1} has no prompt, so that there is nothing to ask. Take a file with prompts and "
                    + "completions.");
        }
    }
}
