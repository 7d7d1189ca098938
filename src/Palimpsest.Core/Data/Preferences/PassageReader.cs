using Palimpsest.Data.Files;

namespace Palimpsest.Data.Preferences;

/// <summary>Makes pairs of a query and the passage that answers it of the values of a row, with a passage that does not answer it where there is one, under the
/// names that sets for sentence encoders use.</summary>
internal sealed class PassageReader(ExampleColumns columns) : IAnswerReader
{
    // Each would change what is learnt, and no loss here knows it.
    private static readonly string[] s_unread = ["label", "labels", "score", "scores", "negatives", "negative_0", "negative_1", "negative_2"];

    private readonly string[] _queries = columns.Prompt is string query ? [query] : ["query", "anchor", "question", "prompt"];
    private readonly string[] _passages = columns.Completion is string passage ? [passage] : ["passage", "positive", "completion"];
    private readonly string _negative = columns.Rejected ?? "negative";

    /// <inheritdoc/>
    public IEnumerable<string> Required => new[] { columns.Prompt, columns.Completion, columns.Rejected, columns.Owner }.OfType<string>();

    /// <inheritdoc/>
    public bool Uses(string name) => _queries.Contains(name) || _passages.Contains(name) || name == _negative || name == columns.OwnerName
        || s_unread.Contains(name);

    /// <inheritdoc/>
    public bool TryMake(Func<string, RowCell> cell, out TextExample example, out string problem)
    {
        (example, string? negative, string? owner) = (default, null, null);
        if (!TryOne(cell, _queries, out string query, out problem) || !TryOne(cell, _passages, out string passage, out problem)
            || !cell(_negative).TryText(_negative, out negative, out problem)
                || !cell(columns.OwnerName).TryText(columns.OwnerName, out owner, out problem, orNumber: true))
        {
            return false;
        }

        negative = string.IsNullOrWhiteSpace(negative) ? null : negative; // tables of text have no other way to leave a value out
        problem = negative == passage ? $"\"{_negative}\" is the passage itself. Remove it, or mend one of them"
            : s_unread.FirstOrDefault(name => !_passages.Contains(name) && name != _negative && cell(name).HoldsSomething) is string unread
            ? $"\"{unread}\" is there too, which is not read: a pair has one passage that answers and at most one \"negative\". Remove it, and write "
                + "further negatives as rows of their own"
            : columns.Owner is not null && string.IsNullOrWhiteSpace(owner) ? $"no owner in \"{columns.Owner}\". Write whose data it is" : "";
        example = problem.Length > 0 ? default
            : new TextExample(query, passage, string.IsNullOrEmpty(owner) ? null : owner) { Preference = new Preference { RejectedCompletion = negative } };
        return problem.Length == 0;
    }

    private static bool TryOne(Func<string, RowCell> cell, string[] names, out string value, out string problem)
    {
        value = "";
        string[] there = [.. names.Where(name => cell(name).IsThere)];
        if (there.Length != 1)
        {
            problem = there.Length == 0
                ? $"no \"{names[0]}\"{(names.Length > 1 ? $" (nor {string.Join(", ", names.Skip(1).Select(name => $"\"{name}\""))})" : "")}. A pair "
                    + "needs a query and the passage that answers it"
                : $"\"{there[0]}\" beside \"{there[1]}\". Keep one of the two, or name the column (data.columns)";
            return false;
        }

        if (!cell(there[0]).TryText(there[0], out string? text, out problem))
        {
            return false;
        }

        value = text!;
        problem = string.IsNullOrWhiteSpace(text) ? $"\"{there[0]}\" is empty. Fill it" : "";
        return problem.Length == 0;
    }
}
