namespace Palimpsest.Data;

/// <summary>Puts words around the prompt and completion of an example: a bare sentence and a label become a question and its answer.</summary>
public sealed record ExampleTemplate
{
    private const string PromptMark = "{prompt}", CompletionMark = "{completion}";

    /// <summary>The prompt, with <c>{prompt}</c> where the data's stands.</summary>
    /// <value>The default leaves it as it is.</value>
    public string Prompt { get; init; } = PromptMark;

    /// <summary>The completion, with <c>{completion}</c> where the data's stands. It begins with the space that separates it from the prompt.</summary>
    /// <value>The default leaves it as it is.</value>
    public string Completion { get; init; } = CompletionMark;

    /// <summary>Words for the data's completions, such as "positive" for "1". A completion without one is an error, unless there are none at all.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether it changes nothing.</summary>
    public bool IsIdentity => Prompt == PromptMark && Completion == CompletionMark && Labels.Count == 0;

    /// <summary>The example in its new words.</summary>
    /// <param name="example">An example with a prompt; a plain text is left as it is.</param>
    /// <param name="place">What messages call the source.</param>
    /// <exception cref="PalimpsestException">The completion has no label, or the example is a chat.</exception>
    public TextExample Apply(TextExample example, string place)
    {
        if (example.Prompt.Length == 0)
        {
            return example;
        }

        if (example.Messages is { IsQuestion: false })
        {
            throw new PalimpsestException($"{place}: words are given for prompt and completion (data.columns.words), but the examples are chats, which have the form of the model's template. Leave the words out.");
        }

        string completion = example.Completion;
        if (Labels.Count > 0 && !Labels.TryGetValue(completion.Trim(), out completion!))
        {
            throw new PalimpsestException($"{place}: the completion \"{example.Completion}\" has no label. Labels are given for {string.Join(", ", Labels.Keys.Select(key => $"\"{key}\""))}.");
        }

        return example with
        {
            Prompt = Prompt.Replace(PromptMark, example.Prompt, StringComparison.Ordinal),
            Completion = Completion.Replace(CompletionMark, completion, StringComparison.Ordinal),
            Messages = null,
            Preference = example.Preference is { RejectedCompletion: string rejected } preference
                ? preference with { RejectedCompletion = Completion.Replace(CompletionMark, rejected, StringComparison.Ordinal) }
                : example.Preference,
        };
    }
}
