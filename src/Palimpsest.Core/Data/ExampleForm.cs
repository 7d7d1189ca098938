using System.Text.Json;
using Palimpsest.Common;
using Palimpsest.Data.Chats;
using Palimpsest.Data.Files;
using Palimpsest.Data.Preferences;

namespace Palimpsest.Data;

/// <summary>Makes an example of the values of a row, in whichever form they come.</summary>
internal sealed class ExampleForm
{
    private readonly IAnswerReader? _preferences;

    /// <param name="columns">Names of the values.</param>
    /// <param name="answers">What the rows say about answers.</param>
    /// <exception cref="PalimpsestException">The names contradict each other or the form.</exception>
    public ExampleForm(ExampleColumns columns, AnswerForm answers = AnswerForm.Plain)
    {
        Columns = columns.Checked();
        string? idle = answers == AnswerForm.Plain ? columns.Chosen ?? columns.Rejected ?? columns.Label
            : answers == AnswerForm.Passages ? columns.Text ?? columns.Messages ?? columns.Tools ?? columns.Instruction ?? columns.Input ?? columns.Output
                ?? columns.Chosen ?? columns.Label
            : columns.Text ?? columns.Messages ?? columns.Instruction ?? columns.Input ?? columns.Output
                ?? (answers == AnswerForm.Pairs ? columns.Completion ?? columns.Label : columns.Chosen ?? columns.Rejected);
        if (idle is not null)
        {
            throw new PalimpsestException($"The column \"{idle}\" is named, but has no part in what is learnt here ({Kind(answers)}). Leave it out.");
        }

        _preferences = answers switch
        {
            AnswerForm.Plain => null,
            AnswerForm.Passages => new PassageReader(Columns),
            _ => new PreferenceReader(Columns, answers),
        };
    }

    private ExampleForm(ExampleColumns columns, IAnswerReader reader) => (Columns, _preferences) = (columns, reader);

    /// <summary>The form that a file's options ask for.</summary>
    /// <exception cref="PalimpsestException">The names contradict each other or the form.</exception>
    public static ExampleForm Of(ExampleFileOptions options) => options.Reader is IAnswerReader reader
        ? new ExampleForm(options.Columns, reader) : new ExampleForm(options.Columns, options.Answers);

    /// <summary>Which values there may be.</summary>
    public ExampleColumns Columns { get; }

    /// <summary>The columns that must be there.</summary>
    public IEnumerable<string> Required => _preferences?.Required ?? Columns.Required;

    /// <summary>Whether rows say something about answers, so that other columns have no part.</summary>
    public bool IsPreference => _preferences is not null;

    /// <summary>Makes an example of the values that are there.</summary>
    /// <param name="cell">The value of a column; no value for one that is not there.</param>
    /// <param name="example">The example, where they are one.</param>
    /// <param name="problem">Otherwise what is wrong and how to mend it: two sentences without the last full stop.</param>
    public bool TryMake(Func<string, RowCell> cell, out TextExample example, out string problem)
    {
        example = default;
        if (_preferences is not null)
        {
            return _preferences.TryMake(cell, out example, out problem);
        }

        if (!Text(Columns.TextName, out string? text, out problem) || !Text(Columns.PromptName, out string? prompt, out problem)
            || !Text(Columns.CompletionName, out string? completion, out problem, orNumber: true)
                || !Text(Columns.OwnerName, out string? owner, out problem, orNumber: true))
        {
            return false;
        }

        // Tables of text have no way to leave a value out.
        owner = string.IsNullOrEmpty(owner) ? null : owner;
        string[] lists = [.. Columns.MessagesNames.Where(name => cell(name).IsThere)];
        bool instructed = Columns.InstructionName is string instruction && cell(instruction).IsThere;
        problem = FormProblem(text, prompt, completion, lists, instructed);
        if (problem.Length > 0 || !TryChat(cell, lists, instructed, out Conversation? chat, out problem))
        {
            return false;
        }

        problem = chat?.Problem ?? "";
        if (problem.Length == 0 && Columns.Owner is string named && string.IsNullOrWhiteSpace(owner))
        {
            problem = $"no owner in \"{named}\". Write whose data it is";
        }

        if (problem.Length == 0 && Columns.IsOpen
            && UnreadColumns.Names.FirstOrDefault(name => !Reads(name, lists.Length > 0, instructed) && cell(name).HoldsSomething) is string unread)
        {
            problem = UnreadColumns.Problem(unread);
        }

        example = problem.Length > 0 ? default : chat?.ToExample(owner) ?? new TextExample(prompt ?? "", text ?? completion ?? "", owner);
        return problem.Length == 0;

        bool Text(string? name, out string? value, out string wrong, bool orNumber = false)
        {
            (value, wrong) = (null, "");
            return name is null || cell(name).TryText(name, out value, out wrong, orNumber);
        }
    }

    /// <summary>Whether a column of this name can be part of an example.</summary>
    public bool Uses(string name) => _preferences?.Uses(name) ?? Columns.MessagesNames.Concat(Columns.InputNames).Concat(Columns.OutputNames)
        .Concat([Columns.TextName, Columns.PromptName, Columns.CompletionName, Columns.ToolsName, Columns.InstructionName, Columns.OwnerName])
        .Concat(Columns.IsOpen ? UnreadColumns.Names : []).Contains(name, StringComparer.Ordinal);

    /// <summary>Says that a name is not among those there are: two sentences without the last full stop.</summary>
    public static string Missing(string name, IReadOnlyCollection<string> there)
    {
        // Names from a file may be of any length and number.
        const int most = 20, longest = 60;
        there = [.. there.Where(other => other.Length <= longest)];
        string list = there.Count == 0 ? "there are none" : $"there are {string.Join(", ", there.Take(most).Select(other => $"\"{other}\""))}{(there.Count > most ? " and more" : "")}";
        return $"no \"{name}\" ({list}). {(NearestName.Find(name, there) is string nearest ? $"Take \"{nearest}\"" : "Name one that is there")}";
    }

    /// <summary>Whether the form that a row has reads a column that others do not.</summary>
    public static bool Reads(string name, bool messages, bool instruction) => name switch
    {
        "tools" => messages,
        "system" => messages || instruction,
        "history" or "input" or "context" => instruction,
        _ => false,
    };

    private static string Kind(AnswerForm answers) => answers switch
    {
        AnswerForm.Plain => "examples",
        AnswerForm.Pairs => "pairs of answers",
        AnswerForm.Judged => "judged answers",
        _ => "pairs of query and passage",
    };

    private bool TryChat(Func<string, RowCell> cell, string[] lists, bool instructed, out Conversation? chat, out string problem)
    {
        (chat, problem) = (null, "");
        RowCell system = Columns.IsOpen ? cell("system") : default;
        if (instructed)
        {
            return AlpacaForm.TryRead(Columns, cell, system, Columns.IsOpen ? cell("history") : default, out chat, out problem);
        }

        if (lists.Length == 0)
        {
            return true;
        }

        JsonElement tools = Columns.ToolsName is string name ? cell(name).AsJson() : default;
        return cell(lists[0]).TryList(lists[0], out JsonElement list, out problem)
            && system.TryText("system", out string? told, out problem)
            && ConversationReader.TryRead(list, lists[0], tools, Columns.ToolsName ?? "tools", out chat, out problem)
            && TryTell(told, ref chat, out problem);
    }

    /// <summary>Puts what stands in a column of its own before the messages.</summary>
    private static bool TryTell(string? system, ref Conversation? chat, out string problem)
    {
        problem = "";
        if (string.IsNullOrEmpty(system))
        {
            return true;
        }

        if (chat!.Any(message => message.Role == "system"))
        {
            problem = "\"system\" beside a message with that role. Keep one of the two";
            return false;
        }

        chat = new Conversation(chat!.Prepend(new ChatMessage("system", system)), chat!.Tools);
        return true;
    }

    private string FormProblem(string? text, string? prompt, string? completion, string[] lists, bool instructed)
    {
        (string? textName, string? promptName, string? completionName) = (Columns.TextName, Columns.PromptName, Columns.CompletionName);
        if (lists.Length > 1)
        {
            return $"\"{lists[0]}\" beside \"{lists[1]}\". Keep one of the two";
        }

        if ((lists.Length > 0 || instructed) && (text ?? prompt ?? completion ?? (lists.Length > 0 && instructed ? "" : null)) is not null)
        {
            return $"\"{(lists.Length > 0 ? lists[0] : Columns.InstructionName)}\" beside another form. Keep one of the forms, or name its columns (data.columns)";
        }

        return (text, prompt, completion) switch
        {
            _ when lists.Length > 0 || instructed => "",
            (null, null, null) => Columns.IsOpen
                ? "neither \"text\" nor \"prompt\". Add one" : $"no \"{textName ?? promptName ?? Columns.Messages ?? Columns.InstructionName}\". Add one",
            (not null, null, null) => text.Length == 0 ? $"\"{textName}\" is empty. Fill it" : "",
            (not null, _, _) => $"\"{textName}\" beside \"{promptName}\" or \"{completionName}\". Keep one of the two forms",
            (null, not null, null) => $"no \"{completionName}\" beside \"{promptName}\". Add one",
            (null, null, not null) => $"no \"{promptName}\" beside \"{completionName}\". Add one",
            _ => completion.Length == 0 ? $"\"{completionName}\" is empty. Fill it" : "",
        };
    }
}
