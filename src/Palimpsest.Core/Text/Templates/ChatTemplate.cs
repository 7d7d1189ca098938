using System.Text.Json;

namespace Palimpsest.Text.Templates;

/// <summary>Turns a conversation into the text that a chat model was trained on, by the template that comes with the model.</summary>
/// <remarks>
/// Templates are Jinja as the <c>transformers</c> library sets it up; the renderings are meant to be the same. What is not understood is refused when the template is loaded, by name and line.
/// A template is a program from outside: it sees nothing but what it is given, reaches no files, and is stopped when it takes too many steps or makes too much text.
/// Immutable and safe for use by several threads.
/// </remarks>
public sealed class ChatTemplate
{
    private static readonly string[] s_reasoning = ["reasoning_content", "thinking", "reasoning"];
    private readonly TemplateProgram _program;
    private readonly TemplateProgram _withTools;
    private readonly IReadOnlyDictionary<string, object?> _tokens;

    private ChatTemplate(TemplateProgram program, IReadOnlyDictionary<string, object?> tokens)
    {
        _program = program;
        _withTools = program;
        _tokens = tokens;
    }

    private ChatTemplate(FoundTemplate found)
        : this(new TemplateProgram(found.Text, found.Place), found.Tokens)
    {
        if (found.ForTools is not (string text, string place))
        {
            return;
        }

        _withTools = new TemplateProgram(text, place);
        if (_withTools.MarksWhatIsSaid != _program.MarksWhatIsSaid)
        {
            throw new PalimpsestException(
                $"{place}: of this template and {found.Place}, one marks with {{% generation %}} what the assistant says and the other does not. "
                + "Mark it in both.");
        }
    }

    /// <summary>Whether the template says itself, with <c>{% generation %}</c>, what the assistant says; <see cref="RenderedChat.AssistantSpans"/> are empty
    /// otherwise.</summary>
    public bool MarksWhatIsSaid => _program.MarksWhatIsSaid;

    /// <summary>Loads the template of a model.</summary>
    /// <param name="folder">A Hugging Face folder with <c>chat_template.jinja</c> and <c>additional_chat_templates</c>, or with <c>chat_template</c> in
    /// <c>tokenizer_config.json</c> or <c>chat_template.json</c>.</param>
    /// <param name="name">Which one, where there are several; null for the only one or <c>default</c>, and <c>tool_use</c> for chats with tools.</param>
    /// <exception cref="PalimpsestException">There is no template, or it is malformed or asks for something that is not supported.</exception>
    public static ChatTemplate Load(string folder, string? name = null)
    {
        return new ChatTemplate(ChatTemplateFiles.Read(folder, name));
    }

    /// <summary>The template that lies beside a tokenizer or in the file it came from, or null if there is none.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="name">As for <see cref="Load"/>.</param>
    /// <exception cref="PalimpsestException">The template is malformed or asks for something that is not supported, or there are some but none of the name.</exception>
    public static ChatTemplate? Of(Tokenizer tokenizer, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return ChatTemplateFiles.Find(tokenizer.Place, tokenizer.FindFile, tokenizer.FileNames, name) is FoundTemplate found ? new ChatTemplate(found) : null;
    }

    /// <summary>A template from a file of its own, with the special tokens of a tokenizer.</summary>
    /// <param name="file">A file in the Jinja form.</param>
    /// <param name="tokenizer">Knows the special tokens.</param>
    /// <exception cref="PalimpsestException">The file cannot be read, or as for <see cref="Of"/>.</exception>
    public static ChatTemplate ReadFile(string file, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        string text = ChatTemplateFiles.TextOf(ChatTemplateFiles.ReadBytes(file), file);
        return new ChatTemplate(new TemplateProgram(text, file), ChatTemplateFiles.Tokens(tokenizer.Place, tokenizer.FindFile));
    }

    /// <summary>Makes a template from its text.</summary>
    /// <param name="text">The template.</param>
    /// <param name="specialTokens">Variables such as <c>bos_token</c>.</param>
    /// <exception cref="PalimpsestException">As for <see cref="Load"/>.</exception>
    public static ChatTemplate Parse(string text, IReadOnlyDictionary<string, string>? specialTokens = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ChatTemplate(new TemplateProgram(text, "chat template"), (specialTokens ?? new Dictionary<string, string>()).ToDictionary(token => token.Key, token => (object?)token.Value, StringComparer.Ordinal));
    }

    /// <summary>Renders a conversation.</summary>
    /// <param name="messages">The turns, at least one.</param>
    /// <param name="addGenerationPrompt">Ends in what begins the next turn of the assistant.</param>
    /// <exception cref="PalimpsestException">The template refuses the messages, or cannot be carried out.</exception>
    public string Render(IEnumerable<ChatMessage> messages, bool addGenerationPrompt = true)
    {
        JsonElement list = JsonSerializer.SerializeToElement(messages.Select(message => new Dictionary<string, string> { ["role"] = message.Role, ["content"] = message.Content }));
        return Render(new ChatRequest { Messages = list, AddGenerationPrompt = addGenerationPrompt }).Text;
    }

    /// <summary>Renders a conversation with tools, documents or further variables.</summary>
    /// <exception cref="PalimpsestException">As above; or the messages are no list of objects or there is none.</exception>
    public RenderedChat Render(ChatRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        List<object?> messages = ReadMessages(request.Messages);
        if (request.ContinueFinalMessage && request.AddGenerationPrompt)
        {
            throw new PalimpsestException("A chat cannot both continue the final message and add a generation prompt. Set AddGenerationPrompt or ContinueFinalMessage to false.");
        }

        if (request.ContinueFinalMessage)
        {
            messages[^1] = FinalMessage.Mark((TemplateDictionary)messages[^1]!);
        }

        Dictionary<string, object?> variables = new(StringComparer.Ordinal)
        {
            ["messages"] = TemplateSequence.List(messages),
            ["tools"] = request.Tools is JsonElement tools ? TemplateValues.Read(tools) : null,
            ["documents"] = request.Documents is JsonElement documents ? TemplateValues.Read(documents) : null,
            ["add_generation_prompt"] = request.AddGenerationPrompt,
        };
        foreach ((string name, object? token) in _tokens)
        {
            variables[name] = token;
        }

        if (request.Variables is JsonElement further)
        {
            TemplateDictionary values = TemplateValues.Read(further) as TemplateDictionary ?? throw new PalimpsestException("The variables for a chat template must be an object of names and values.");
            foreach ((object? name, object? value) in values.Items)
            {
                variables[(string)name!] = value;
            }
        }

        List<Range> spans = [];
        string text = (request.Tools is null ? _program : _withTools).Render(variables, request.Now ?? TimeProvider.System.GetLocalNow(), spans);
        text = request.ContinueFinalMessage ? FinalMessage.Cut(text) : text;
        return new RenderedChat { Text = text, AssistantSpans = [.. spans.Where(span => span.Start.Value < text.Length).Select(span => span.Start.Value..Math.Min(span.End.Value, text.Length))] };
    }

    // Keys without a value are left out, and the names that models use for their reasoning stand for each other.
    private static List<object?> ReadMessages(JsonElement json)
    {
        if (TemplateValues.Read(json) is not TemplateSequence { Items.Count: > 0 } list)
        {
            throw new PalimpsestException("A chat template needs a list of at least one message.");
        }

        List<object?> messages = [];
        foreach (object? item in list.Items)
        {
            TemplateDictionary message = item as TemplateDictionary ?? throw new PalimpsestException("A message must be an object with a role and mostly a content.");
            TemplateDictionary kept = new();
            foreach ((object? key, object? value) in message.Items)
            {
                if (value is not null)
                {
                    kept.Set(key, value);
                }
            }

            object? reasoning = null;
            if (s_reasoning.Any(name => kept.TryGet(name, out reasoning)))
            {
                foreach (string name in s_reasoning)
                {
                    kept.Set(name, reasoning);
                }
            }

            messages.Add(kept);
        }

        return messages;
    }
}
