namespace Palimpsest.Data.Files;

/// <summary>Where the values of an example stand in a table.</summary>
internal sealed class TableColumns
{
    private readonly ExampleForm _form;
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    /// <summary>Finds the columns.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="form">Which values are looked for.</param>
    /// <param name="names">The columns there are.</param>
    /// <param name="hasNulls">Whether a row can lack a value, so that columns of two forms may stand side by side.</param>
    /// <exception cref="PalimpsestException">
    /// A column is missing, stands there twice, or would change what is learnt and is not read; or the columns of two forms are there, none is named and every
    /// row has them all.
    /// </exception>
    public TableColumns(string path, ExampleForm form, IReadOnlyList<string> names, bool hasNulls = false)
    {
        _form = form;
        ExampleColumns columns = form.Columns;
        if (form.Required.FirstOrDefault(name => !names.Contains(name)) is string missing)
        {
            throw new PalimpsestException($"{path}: as columns, {ExampleForm.Missing(missing, names)}.");
        }

        foreach (string name in names.Where(form.Uses).Distinct(StringComparer.Ordinal))
        {
            int[] found = [.. Enumerable.Range(0, names.Count).Where(i => names[i] == name)];
            _places.Add(name, found.Length == 1
                ? found[0] : throw new PalimpsestException($"{path}: the column \"{name}\" is there {found.Length} times. Rename all but one."));
        }

        if (form.IsPreference)
        {
            return;
        }

        bool text = Has(columns.TextName), prompt = Has(columns.PromptName), completion = Has(columns.CompletionName);
        bool messages = columns.MessagesNames.Any(Has), instruction = Has(columns.InstructionName);
        int forms = (text ? 1 : 0) + (prompt || completion ? 1 : 0) + (messages ? 1 : 0) + (instruction ? 1 : 0);
        if (forms > 1 && !hasNulls)
        {
            throw new PalimpsestException($"{path}: has the columns of more than one form of example (text, prompt with completion, messages, instruction with output). Say which by naming its column (data.columns).");
        }

        // Half a pair is a slip in the header: report it once instead of in every row.
        string? half = prompt ? columns.CompletionName : completion ? columns.PromptName : null;
        string? absent = forms == 0 ? "text" : half is not null && !Has(half) ? half : instruction && !columns.OutputNames.Any(Has)
            ? columns.OutputNames[0] : null;
        if (absent is not null)
        {
            throw new PalimpsestException($"{path}: as columns, {ExampleForm.Missing(absent, names)}.");
        }

        if (columns.IsOpen && UnreadColumns.Names.FirstOrDefault(name => Has(name) && !ExampleForm.Reads(name, messages, instruction)) is string unread)
        {
            throw new PalimpsestException($"{path}: {UnreadColumns.Problem(unread)}.");
        }

        bool Has(string? name) => name is not null && names.Contains(name);
    }

    /// <summary>The indices that are needed.</summary>
    public IEnumerable<int> Used => _places.Values;

    /// <summary>Makes an example of a row.</summary>
    /// <param name="cell">The value at a column's index.</param>
    /// <param name="example">The example, where it is one.</param>
    /// <param name="problem">Otherwise what is wrong and how to mend it.</param>
    public bool TryMake(Func<int, RowCell> cell, out TextExample example, out string problem) =>
        _form.TryMake(name => _places.TryGetValue(name, out int place) ? cell(place) : default, out example, out problem);
}
