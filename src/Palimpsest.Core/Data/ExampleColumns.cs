namespace Palimpsest.Data;

/// <summary>The names of the columns, or of the keys in JSON lines, that hold an example. A name that is given must be there; without one the usual name is taken where it is there.</summary>
/// <remarks>An example has one of three forms: a text, a prompt with its completion, or the messages of a chat. Naming a column of one form means that form alone; columns of the others are then ignored.</remarks>
public sealed record ExampleColumns
{
    /// <summary>Column of a text that is learnt whole; usually <c>text</c>.</summary>
    public string? Text { get; init; }

    /// <summary>Column of the part that carries no loss; usually <c>prompt</c>.</summary>
    public string? Prompt { get; init; }

    /// <summary>Column of the part that is learnt; usually <c>completion</c>.</summary>
    public string? Completion { get; init; }

    /// <summary>Column of the messages of a chat, <c>[{"role": ..., "content": ...}, ...]</c> (in tables a cell with that JSON), of which the assistant's are learnt; usually <c>messages</c>.</summary>
    public string? Messages { get; init; }

    /// <summary>Column of the owner's name; usually <c>owner</c>. If it is given, a row without an owner is a bad row.</summary>
    public string? Owner { get; init; }

    internal string? TextName => Text ?? (IsOpen ? "text" : null);

    internal string? PromptName => Prompt ?? (IsOpen || Completion is not null ? "prompt" : null);

    internal string? CompletionName => Completion ?? (IsOpen || Prompt is not null ? "completion" : null);

    internal string? MessagesName => Messages ?? (IsOpen ? "messages" : null);

    internal string OwnerName => Owner ?? "owner";

    /// <summary>The columns that must be there because they were named, in the order of the forms.</summary>
    internal IEnumerable<string> Required
    {
        get
        {
            string?[] form = IsOpen ? [] : [TextName, PromptName, CompletionName, MessagesName];
            return form.Append(Owner).OfType<string>();
        }
    }

    /// <summary>Whether no form was chosen, so that the usual names decide.</summary>
    internal bool IsOpen => (Text ?? Prompt ?? Completion ?? Messages) is null;

    /// <summary>Refuses names of two forms at once, and empty ones.</summary>
    /// <exception cref="PalimpsestException">There are such names.</exception>
    internal ExampleColumns Checked()
    {
        int forms = (Text is null ? 0 : 1) + ((Prompt ?? Completion) is null ? 0 : 1) + (Messages is null ? 0 : 1);
        if (forms > 1)
        {
            throw new PalimpsestException("Columns of two forms are named at once. Name a text column, or prompt and completion columns, or a messages column.");
        }

        return Required.All(name => name.Length > 0) ? this : throw new PalimpsestException("The name of a column is empty. Leave it out to take the usual one.");
    }
}
