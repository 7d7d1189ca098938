using Palimpsest.Data.Chats;

namespace Palimpsest.Data.Files;

/// <summary>Where the values of an example stand in a table: indices of columns, -1 for those that are not there.</summary>
internal sealed class TableColumns
{
    private readonly ExampleForm _form;
    private readonly int _text, _prompt, _completion, _messages, _owner;

    /// <summary>Finds the columns.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="form">Which values are looked for.</param>
    /// <param name="names">The columns there are.</param>
    /// <exception cref="PalimpsestException">A column is missing, stands there twice, or the columns of two forms are there and none is named.</exception>
    public TableColumns(string path, ExampleForm form, IReadOnlyList<string> names)
    {
        _form = form;
        ExampleColumns columns = form.Columns;
        if (columns.Required.FirstOrDefault(name => !names.Contains(name)) is string missing)
        {
            throw new PalimpsestException($"{path}: as columns, {ExampleForm.Missing(missing, names)}.");
        }

        (_text, _prompt, _completion) = (Find(columns.TextName), Find(columns.PromptName), Find(columns.CompletionName));
        (_messages, _owner) = (Find(columns.MessagesName), Find(columns.OwnerName));
        int forms = (_text >= 0 ? 1 : 0) + (_prompt >= 0 || _completion >= 0 ? 1 : 0) + (_messages >= 0 ? 1 : 0);
        if (forms > 1)
        {
            throw new PalimpsestException($"{path}: has the columns of more than one form of example (text, prompt with completion, messages). Say which by naming its column.");
        }

        // Half a pair is a slip in the header: report it once instead of in every row.
        string? half = _prompt >= 0 ? columns.CompletionName : _completion >= 0 ? columns.PromptName : null;
        string? absent = forms == 0 ? "text" : half is not null && !names.Contains(half) ? half : null;
        if (absent is not null)
        {
            throw new PalimpsestException($"{path}: as columns, {ExampleForm.Missing(absent, names)}.");
        }

        int Find(string? name)
        {
            int[] found = [.. Enumerable.Range(0, names.Count).Where(i => names[i] == name)];
            return found.Length > 1 ? throw new PalimpsestException($"{path}: the column \"{name}\" is there {found.Length} times. Rename all but one.") : found.Length == 1 ? found[0] : -1;
        }
    }

    /// <summary>The indices that are needed.</summary>
    public IEnumerable<int> Used => new[] { _text, _prompt, _completion, _messages, _owner }.Where(index => index >= 0);

    /// <summary>Makes an example of a row.</summary>
    /// <param name="cell">The value at a column's index, or null.</param>
    /// <param name="example">The example, where it is one.</param>
    /// <param name="problem">Otherwise what is wrong and how to mend it.</param>
    public bool TryMake(Func<int, string?> cell, out TextExample example, out string problem)
    {
        example = default;
        Conversation? messages = null;
        if (Cell(_messages) is string json && !Conversation.TryParse(json, _form.Columns.MessagesName!, out messages, out problem))
        {
            return false;
        }

        // Tables have no way to leave a value out, so an empty owner is none.
        string? owner = Cell(_owner);
        return _form.TryMake(new ExampleValues(Cell(_text), Cell(_prompt), Cell(_completion), messages, string.IsNullOrEmpty(owner) ? null : owner), out example, out problem);

        string? Cell(int index) => index < 0 ? null : cell(index);
    }
}
