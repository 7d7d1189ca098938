using Palimpsest.Common;
using Palimpsest.Data.Chats;

namespace Palimpsest.Data;

/// <summary>Makes an example of the values of a row, in whichever form they come.</summary>
/// <param name="columns">Names of the values.</param>
internal sealed class ExampleForm(ExampleColumns columns)
{
    /// <summary>Which values there may be.</summary>
    public ExampleColumns Columns { get; } = columns.Checked();

    /// <summary>Makes an example of the values that are there.</summary>
    /// <param name="row">The values; null for one that is not there.</param>
    /// <param name="example">The example, where they are one.</param>
    /// <param name="problem">Otherwise what is wrong and how to mend it: two sentences without the last full stop.</param>
    public bool TryMake(in ExampleValues row, out TextExample example, out string problem)
    {
        problem = Problem(row);
        example = problem.Length > 0 ? default : row.Messages is Conversation chat ? chat.ToExample(row.Owner) : new(row.Prompt ?? "", row.Text ?? row.Completion ?? "", row.Owner);
        return problem.Length == 0;
    }

    /// <summary>Says that a name is not among those there are: two sentences without the last full stop.</summary>
    public static string Missing(string name, IReadOnlyCollection<string> there)
    {
        // Names from a file may be of any length and number.
        const int most = 20, longest = 60;
        there = [.. there.Where(other => other.Length <= longest)];
        string list = there.Count == 0 ? "there are none" : $"there are {string.Join(", ", there.Take(most).Select(other => $"\"{other}\""))}{(there.Count > most ? " and more" : "")}";
        return $"no \"{name}\" ({list}). {(NearestName.Find(name, there) is string nearest ? $"Take \"{nearest}\"" : "Name one that is there")}";
    }

    private string Problem(in ExampleValues row)
    {
        (string? text, string? prompt, string? completion) = (Columns.TextName, Columns.PromptName, Columns.CompletionName);
        if (row.Messages is not null && (row.Text ?? row.Prompt ?? row.Completion) is not null)
        {
            return $"\"{Columns.MessagesName}\" beside another form. Keep one of the forms";
        }

        string problem = (row.Text, row.Prompt, row.Completion) switch
        {
            _ when row.Messages is not null => row.Messages.Problem,
            (null, null, null) => Columns.IsOpen ? "neither \"text\" nor \"prompt\". Add one" : $"no \"{text ?? prompt ?? Columns.MessagesName}\". Add one",
            (not null, null, null) => row.Text.Length == 0 ? $"\"{text}\" is empty. Fill it" : "",
            (not null, _, _) => $"\"{text}\" beside \"{prompt}\" or \"{completion}\". Keep one of the two forms",
            (null, not null, null) => $"no \"{completion}\" beside \"{prompt}\". Add one",
            (null, null, not null) => $"no \"{prompt}\" beside \"{completion}\". Add one",
            _ => row.Completion.Length == 0 ? $"\"{completion}\" is empty. Fill it" : "",
        };
        return problem.Length == 0 && Columns.Owner is string owner && string.IsNullOrWhiteSpace(row.Owner) ? $"no owner in \"{owner}\". Write whose data it is" : problem;
    }
}

/// <summary>The values of a row that make an example; null for one that is not there.</summary>
internal readonly record struct ExampleValues(string? Text, string? Prompt, string? Completion, Conversation? Messages, string? Owner);
