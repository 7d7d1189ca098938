using System.CommandLine;
using Palimpsest.Models;
using Palimpsest.Torch;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest generate --model FOLDER PROMPT...</c></summary>
internal static class GenerateCommand
{
    public static Command Create(TextWriter output)
    {
        Argument<string[]> prompts = new("prompt") { Description = "Texts to continue; several are one batch.", Arity = ArgumentArity.OneOrMore };
        Option<string> model = new("--model") { Description = "An embedded model, a folder with config.json, model.safetensors and tokenizer.json, a GGUF file, or a llama2.c file.", DefaultValueFactory = _ => EmbeddedModels.Default };
        Option<string> adapter = new("--adapter") { Description = "The folder of an adapter in the PEFT format to put on the model." };
        Option<int> tokens = new("--tokens") { Description = "Most new tokens.", DefaultValueFactory = _ => 64 };
        Option<double> temperature = new("--temperature") { Description = "0 takes the most likely token.", DefaultValueFactory = _ => 0 };
        Option<int> topK = new("--top-k") { Description = "Draw only from the K most likely tokens; 0 for no limit.", DefaultValueFactory = _ => 0 };
        Option<double> topP = new("--top-p") { Description = "Draw only from the most likely tokens that reach this probability together.", DefaultValueFactory = _ => 1 };
        Option<long> seed = new("--seed") { Description = "Seed of the draws.", DefaultValueFactory = _ => 7 };
        Command command = new(
            "generate",
            """
            Continues texts with a model.

            Example: palimpsest generate --model my-models/stories --tokens 80 "Once upon a time, there"
            """)
        {
            prompts, model, adapter, tokens, temperature, topK, topP, seed,
        };
        command.SetAction(parsed =>
        {
            SamplingOptions options = new() { MaxNewTokens = parsed.GetValue(tokens), Temperature = parsed.GetValue(temperature), TopK = parsed.GetValue(topK), TopP = parsed.GetValue(topP) };
            if (options.MaxNewTokens < 1 || !(options.Temperature >= 0) || options.TopK < 0 || options.TopP is not (> 0 and <= 1))
            {
                throw new PalimpsestException("--tokens must be at least 1, --temperature and --top-k at least 0, and --top-p above 0 and at most 1.");
            }

            TorchContext context = new(seed: parsed.GetValue(seed));
            using LanguageModel loaded = LanguageModel.Load(parsed.GetValue(model)!, context, LoadMode.Mapped);
            if (parsed.GetValue(adapter) is string folder)
            {
                loaded.Attach(folder);
            }

            int[][] inputs = [.. parsed.GetValue(prompts)!.Select(prompt => loaded.Tokenizer.Encode(prompt))];
            int[][] made = TextGenerator.Generate(loaded.Model, inputs, options, context.Stream("generate"));
            for (int i = 0; i < inputs.Length; i++)
            {
                output.WriteLine(loaded.Tokenizer.Decode([.. inputs[i], .. made[i]]));
            }
        });
        return command;
    }
}
