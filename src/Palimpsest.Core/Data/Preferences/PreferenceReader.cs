using System.Text.Json;
using Palimpsest.Data.Chats;
using Palimpsest.Data.Files;

namespace Palimpsest.Data.Preferences;

/// <summary>Makes pairs of answers, or judged answers, of the values of a row, in the forms that TRL reads: texts or messages, the prompt in a column of its
/// own or at the beginning of both answers.</summary>
internal sealed class PreferenceReader(ExampleColumns columns, AnswerForm form) : IAnswerReader
{
    /// <inheritdoc/>
    public IEnumerable<string> Required => form == AnswerForm.Pairs ? [columns.ChosenName, columns.RejectedName] : [Completion, columns.LabelName];

    private string Completion => columns.Completion ?? "completion";

    private string Prompt => columns.Prompt ?? "prompt";

    /// <inheritdoc/>
    public bool Uses(string name) => Required.Contains(name, StringComparer.Ordinal) || name == Prompt || name == columns.OwnerName
        || name == (columns.Tools ?? "tools") || name == "system";

    /// <inheritdoc/>
    public bool TryMake(Func<string, RowCell> cell, out TextExample example, out string problem)
    {
        example = default;
        string first = form == AnswerForm.Pairs ? columns.ChosenName : Completion;
        if (Required.FirstOrDefault(name => !cell(name).IsThere) is string missing)
        {
            problem = $"no \"{missing}\". {(form == AnswerForm.Pairs ? "Each row needs a chosen and a rejected answer" : "Each row needs an answer and a label, true or false")}";
            return false;
        }

        if (cell("system").HoldsSomething)
        {
            problem = "\"system\" beside a preference is not read. Put it into the prompt";
            return false;
        }

        if (!cell(columns.OwnerName).TryText(columns.OwnerName, out string? owner, out problem, orNumber: true))
        {
            return false;
        }

        owner = string.IsNullOrEmpty(owner) ? null : owner;
        bool made = IsChat(cell(first)) ? TryChats(cell, first, owner, out example, out problem) : TryTexts(cell, first, owner, out example, out problem);
        return made && (form == AnswerForm.Pairs || TryLabel(cell(columns.LabelName), ref example, out problem));
    }

    private static bool IsChat(RowCell cell) => cell.Json.ValueKind == JsonValueKind.Array || (cell.Text?.AsSpan().TrimStart().StartsWith("[{") == true);

    private bool TryTexts(Func<string, RowCell> cell, string first, string? owner, out TextExample example, out string problem)
    {
        (example, string? second) = (default, null);
        if (!cell(Prompt).TryText(Prompt, out string? prompt, out problem) || !cell(first).TryText(first, out string? answer, out problem)
            || (form == AnswerForm.Pairs && !cell(columns.RejectedName).TryText(columns.RejectedName, out second, out problem)))
        {
            return false;
        }

        if (form == AnswerForm.Pairs && answer == second)
        {
            problem = Same;
            return false;
        }

        if (prompt is null && form == AnswerForm.Pairs)
        {
            int common = SharedStart(answer!, second!);
            (prompt, answer, second) = (answer![..common], answer[common..], second![common..]);
        }

        if (answer!.Length == 0 || second?.Length == 0)
        {
            problem = $"\"{(answer.Length == 0 ? first : columns.RejectedName)}\" says nothing behind the prompt. Fill it";
            return false;
        }

        example = new TextExample(prompt ?? "", answer, owner) { Preference = new Preference { RejectedCompletion = second } };
        return true;
    }

    // As TRL: up to where the two part, and not behind a blank.
    private static int SharedStart(string chosen, string rejected)
    {
        int common = chosen.AsSpan().CommonPrefixLength(rejected);
        return common > 0 && chosen[common - 1] == ' ' ? common - 1 : common;
    }

    private bool TryChats(Func<string, RowCell> cell, string first, string? owner, out TextExample example, out string problem)
    {
        (example, Conversation? prompt, Conversation? second) = (default, null, null);
        JsonElement tools = cell(columns.Tools ?? "tools").AsJson();
        bool apart = cell(Prompt).IsThere && IsChat(cell(Prompt));
        if (!TryRead(first, out Conversation? answer, out problem) || (apart && !TryRead(Prompt, out prompt, out problem))
            || (form == AnswerForm.Pairs && !TryRead(columns.RejectedName, out second, out problem)))
        {
            return false;
        }

        if (form == AnswerForm.Pairs && answer!.Equals(second))
        {
            problem = Same;
            return false;
        }

        int shared = apart ? prompt!.Count : second is null ? PromptOf(answer!) : answer!.Zip(second).TakeWhile(pair => pair.First.Equals(pair.Second)).Count();
        if (!apart && cell(Prompt).Text is { Length: > 0 } said && !answer!.Take(shared).Any(message => message.Content == said))
        {
            problem = $"\"{Prompt}\" is a text that is no message of \"{first}\". Write the prompt as messages, or remove it";
            return false;
        }

        if (apart)
        {
            answer = new Conversation([.. prompt!, .. answer!], answer!.Tools);
            second = second is null ? null : new Conversation([.. prompt!, .. second], second.Tools);
        }

        foreach ((string name, Conversation? chat) in new[] { (first, (Conversation?)answer), (columns.RejectedName, second) })
        {
            if (chat is not null && !chat.Skip(shared).Any(message => message.Role == ChatMessage.Assistant && message.Speaks))
            {
                problem = $"the assistant says nothing in \"{name}\" behind the prompt. Add a message with the role \"assistant\"";
                return false;
            }
        }

        TextExample plain = answer!.ToExample(owner);
        example = plain with
        {
            Preference =
            new Preference { RejectedCompletion = second?.ToExample().Completion, RejectedMessages = second, PromptMessages = shared }
        };
        return true;

        bool TryRead(string column, out Conversation? chat, out string wrong)
        {
            chat = null;
            return cell(column).TryList(column, out JsonElement list, out wrong)
                && ConversationReader.TryRead(list, column, tools, columns.Tools ?? "tools", out chat, out wrong);
        }
    }

    // A judged chat without a prompt of its own: all before the assistant's last turn.
    private static int PromptOf(Conversation chat) => Math.Max(0, chat.LastAnswer);

    private bool TryLabel(RowCell cell, ref TextExample example, out string problem)
    {
        bool? label = cell.Json.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number when cell.Json.GetRawText() is "0" or "1" => cell.Json.GetRawText() == "1",
            _ => cell.Text switch
            {
                "true" or "True" or "1" => true,
                "false" or "False" or "0" => false,
                _ => null,
            },
        };
        problem = label is null ? $"\"{columns.LabelName}\" says neither yes nor no. Write true or false" : "";
        example = label is bool good ? example with { Preference = example.Preference! with { IsDesirable = good } } : example;
        return label is not null;
    }

    private string Same =>
        $"\"{columns.ChosenName}\" and \"{columns.RejectedName}\" are the same, so neither is preferred. Remove the row, or mend one of them";
}
