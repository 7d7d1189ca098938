namespace Palimpsest.Data;

/// <summary>The names of the columns, or of the keys in JSON, that hold an example. A name that is given must be there; without one the usual name is taken
/// where it is there.</summary>
/// <remarks>
/// An example has one of four forms: a text, a prompt with its completion, the messages of a chat, or an instruction with its output (Alpaca). Naming a column
/// of one form means that form alone;
/// columns of the others are then ignored.
/// </remarks>
public sealed record ExampleColumns
{
    /// <summary>Column of a text that is learnt whole; usually <c>text</c>.</summary>
    public string? Text { get; init; }

    /// <summary>Column of the part that carries no loss; usually <c>prompt</c>.</summary>
    public string? Prompt { get; init; }

    /// <summary>Column of the part that is learnt; usually <c>completion</c>.</summary>
    public string? Completion { get; init; }

    /// <summary>
    /// Column of the messages of a chat, <c>[{"role": ..., "content": ...}, ...]</c> or ShareGPT's <c>[{"from": ..., "value": ...}, ...]</c> (in tables a cell
    /// with that JSON, in Parquet a list of
    /// structs too), of which the assistant's are learnt; usually <c>messages</c> or <c>conversations</c>.
    /// </summary>
    public string? Messages { get; init; }

    /// <summary>Column of the tools that may be called in a chat, a list of JSON schemas or its JSON; usually <c>tools</c>.</summary>
    public string? Tools { get; init; }

    /// <summary>Column of an instruction in Alpaca's form; usually <c>instruction</c>.</summary>
    public string? Instruction { get; init; }

    /// <summary>Column of what an instruction is about, which may be empty; usually <c>input</c> or <c>context</c>.</summary>
    public string? Input { get; init; }

    /// <summary>Column of the answer to an instruction; usually <c>output</c> or <c>response</c>.</summary>
    public string? Output { get; init; }

    /// <summary>Column of the better of two answers, a text or messages; usually <c>chosen</c>.</summary>
    public string? Chosen { get; init; }

    /// <summary>Column of the worse one; usually <c>rejected</c>.</summary>
    public string? Rejected { get; init; }

    /// <summary>Column that says whether an answer is a good one, true or false; usually <c>label</c>.</summary>
    public string? Label { get; init; }

    /// <summary>Column of the owner's name; usually <c>owner</c>. If it is given, a row without an owner is a bad row.</summary>
    public string? Owner { get; init; }

    internal string? TextName => Text ?? (IsOpen ? "text" : null);

    internal string? PromptName => Prompt ?? (IsOpen || Completion is not null ? "prompt" : null);

    internal string? CompletionName => Completion ?? (IsOpen || Prompt is not null ? "completion" : null);

    /// <summary>Where messages may be, the first name before the others.</summary>
    internal IReadOnlyList<string> MessagesNames => Messages is not null ? [Messages] : IsOpen ? ["messages", "conversations"] : [];

    internal string? ToolsName => Tools ?? (IsOpen || Messages is not null ? "tools" : null);

    internal string? InstructionName => Instruction ?? (IsOpen || HasInstruction ? "instruction" : null);

    internal IReadOnlyList<string> InputNames => Input is not null ? [Input] : IsOpen || HasInstruction ? ["input", "context"] : [];

    internal IReadOnlyList<string> OutputNames => Output is not null ? [Output] : IsOpen || HasInstruction ? ["output", "response"] : [];

    internal string ChosenName => Chosen ?? "chosen";

    internal string RejectedName => Rejected ?? "rejected";

    internal string LabelName => Label ?? "label";

    internal string OwnerName => Owner ?? "owner";

    /// <summary>The columns that must be there because they were named, in the order of the forms.</summary>
    internal IEnumerable<string> Required
    {
        get
        {
            string?[] form = IsOpen ? [] : HasInstruction ? [InstructionName, Input, Output] : [TextName, PromptName, CompletionName, Messages];
            return form.Append(Tools).Append(Owner).OfType<string>();
        }
    }

    /// <summary>Whether no form was chosen, so that the usual names decide.</summary>
    internal bool IsOpen => (Text ?? Prompt ?? Completion ?? Messages) is null && !HasInstruction;

    private bool HasInstruction => (Instruction ?? Input ?? Output) is not null;

    /// <summary>Refuses names of two forms at once, and empty ones.</summary>
    /// <exception cref="PalimpsestException">There are such names.</exception>
    internal ExampleColumns Checked()
    {
        int forms = (Text is null ? 0 : 1) + ((Prompt ?? Completion) is null ? 0 : 1) + (Messages is null ? 0 : 1) + (HasInstruction ? 1 : 0);
        if (forms > 1)
        {
            throw new PalimpsestException("Columns of two forms are named at once. Name a text column, or prompt and completion columns, or a messages column, or instruction, input and output columns.");
        }

        if (Tools is not null && !IsOpen && Messages is null)
        {
            throw new PalimpsestException("A column of tools is named beside one of a form without messages. Name the column of the messages, or leave the tools out.");
        }

        return Required.All(name => name.Length > 0) ? this : throw new PalimpsestException("The name of a column is empty. Leave it out to take the usual one.");
    }
}
