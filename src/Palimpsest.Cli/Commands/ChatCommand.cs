using System.CommandLine;
using System.Globalization;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Text.Templates;

namespace Palimpsest.Cli.Commands;

/// <summary><c>palimpsest chat --model MODEL</c></summary>
internal static class ChatCommand
{
    public static Command Create(TextWriter output)
    {
        ModelArguments model = new("A folder or a GGUF file of a model with a chat template.");
        Option<string> system = new("--system") { Description = "What the model is told before the conversation." };
        Option<string> template = new("--template") { Description = "A chat template (a Jinja file), for a model that has none or in place of its own." };
        SamplingArguments sampling = new(mostTokens: 512);
        Command command = new(
            "chat",
            """
            Talks with a model: a line for each message, read from the terminal or a pipe. /reset forgets the conversation, /exit ends; Ctrl-C ends an answer.

            Example: palimpsest chat --model my-models/SmolLM2-135M-Instruct.Q4_1.gguf --system "You answer in one sentence."
            """)
        {
            system, template,
        };
        model.AddTo(command);
        sampling.AddTo(command);
        command.SetAction(parsed =>
        {
            using LanguageModel loaded = model.Load(parsed, parsed.GetValue(sampling.Seed));
            ChatTemplate form = (parsed.GetValue(template) is string file ? ChatTemplate.ReadFile(file, loaded.Tokenizer) : ChatTemplate.Of(loaded.Tokenizer))
                ?? throw new PalimpsestException($"{loaded.Name}: the model has no chat template; it was not trained to chat. Name a template with --template FILE (Jinja, such as the chat_template.jinja of a model of its kind), or let it continue texts with palimpsest generate.");
            GenerationConfig? own = loaded.Model.Config.Generation;
            SamplingOptions options = sampling.Of(parsed, own);
            Say(loaded, own, options);
            using ChatSession chat = new(loaded, form, options, loaded.Model.Context.Stream("chat"), parsed.GetValue(system));
            Converse(chat, System.Console.In, output);
        });
        return command;
    }

    /// <summary>Says what the model's own files decide, beside the conversation, so that a pipe holds nothing but that.</summary>
    private static void Say(LanguageModel model, GenerationConfig? own, SamplingOptions options)
    {
        foreach (string note in model.Notes)
        {
            System.Console.Error.WriteLine(note);
        }

        if (own is null)
        {
            return;
        }

        string drawn = options.Temperature == 0 ? "the most likely token" : string.Create(
            CultureInfo.InvariantCulture, $"temperature {options.Temperature}, top k {options.TopK}, top p {options.TopP}, min p {options.MinP}");
        System.Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
                $"(By the model's {GenerationConfigFile.Name} and the command line: {drawn}, repetition penalty {options.RepetitionPenalty}, at most "
                    + $"{options.MaxNewTokens} tokens.)"));
        if (own.NotFollowed.Count > 0)
        {
            System.Console.Error.WriteLine($"(Not followed, since generation here does not have it: {string.Join(", ", own.NotFollowed)}.)");
        }
    }

    private static void Converse(ChatSession chat, TextReader input, TextWriter output)
    {
        bool asked = !System.Console.IsInputRedirected && ReferenceEquals(output, System.Console.Out);
        while (true)
        {
            if (asked)
            {
                output.Write("> ");
                output.Flush();
            }

            string? line = input.ReadLine();
            switch (line?.Trim())
            {
                case null or "/exit":
                    return;
                case "":
                    continue;
                case "/reset":
                    chat.Reset();
                    output.WriteLine("(The conversation is forgotten.)");
                    continue;
                default:
                    try
                    {
                        Answer(chat, line!, output);
                    }
                    catch (PalimpsestException mistake)
                    {
                        output.WriteLine($"({mistake.Message})"); // the conversation is as it was and can go on
                    }

                    continue;
            }
        }
    }

    private static void Answer(ChatSession chat, string line, TextWriter output)
    {
        using Interruption interruption = new();
        ChatReply reply = chat.Ask(
            line,
            piece =>
            {
                output.Write(piece);
                output.Flush();
            },
            interruption.Token);
        output.WriteLine();
        if (reply.ForgottenMessages > 0)
        {
            output.WriteLine($"(The model's context is full: the {(reply.ForgottenMessages == 1 ? "oldest message was" : $"{reply.ForgottenMessages} oldest messages were")} forgotten. /reset begins anew.)");
        }

        string? note = reply.End switch
        {
            CompletionEnd.Length => "(Cut off here; --tokens allows longer answers.)",
            CompletionEnd.Cancelled => "(Stopped.)",
            _ => null,
        };
        if (note is not null)
        {
            output.WriteLine(note);
        }
    }
}
