using System.CommandLine;
using Palimpsest.Models;
using Palimpsest.Models.Generation;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest generate --model FOLDER PROMPT...</c></summary>
internal static class GenerateCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string[]> prompts = new("prompt") { Description = "Texts to continue; several are one batch.", Arity = ArgumentArity.OneOrMore };
        ModelArguments model = new(
            "An embedded model, a folder with config.json, model.safetensors and tokenizer.json, a GGUF file, or a llama2.c file.", EmbeddedModels.Default);
        Option<bool> stream = new("--stream") { Description = "Show the text while it is made.", DefaultValueFactory = _ => ReferenceEquals(output, System.Console.Out) && !System.Console.IsOutputRedirected };
        SamplingArguments sampling = new(mostTokens: 64);
        Command command = new(
            "generate",
            """
            Continues texts with a model. The same seed gives the same texts, one by one or several at once.

            Example: palimpsest generate --model my-models/stories --tokens 80 "Once upon a time, there"
            """)
        {
            prompts, stream,
        };
        model.AddTo(command);
        sampling.AddTo(command);
        command.SetAction(parsed =>
        {
            SamplingOptions options = sampling.Of(parsed);
            using LanguageModel loaded = model.Load(parsed, parsed.GetValue(sampling.Seed));
            foreach (string note in loaded.Notes)
            {
                System.Console.Error.WriteLine(note);
            }

            string[] texts = parsed.GetValue(prompts)!;
            OrderedText written = new(output, [.. texts.Select(prompt => loaded.Tokenizer.Decode(loaded.Tokenizer.EncodePrompt(prompt)))]);
            bool live = parsed.GetValue(stream);
            using Interruption interruption = new();
            if (live)
            {
                written.Flush();
            }

            IReadOnlyList<Completion> made = TextGenerator.Complete(
                loaded, texts, options, loaded.Model.Context.Stream("generate"), live ? written.Add : null, interruption.Token);
            for (int i = 0; i < made.Count && !live; i++)
            {
                written.Add(i, made[i].Text);
            }

            written.End();
            return interruption.Token.IsCancellationRequested ? Interruption.ExitCode : 0;
        });
        return command;
    }
}
