using System.Text.Json;
using Palimpsest.Data.Chats;
using Palimpsest.Data.Files;

namespace Palimpsest.Data;

/// <summary>Rows in the form of Alpaca: an instruction, what it is about, and the output; in some sets with a system message and the turns before.</summary>
/// <remarks>Taori et al., Stanford Alpaca, 2023; Dolly names the same <c>context</c> and <c>response</c>. Instruction and input are joined by a line end, and
/// <c>history</c> is a list of pairs, as in LLaMA-Factory.</remarks>
internal static class AlpacaForm
{
    /// <summary>Reads a row.</summary>
    /// <param name="columns">The names of its columns.</param>
    /// <param name="cell">The value of a column.</param>
    /// <param name="system">What the model is told first.</param>
    /// <param name="history">Pairs of what was said before.</param>
    /// <param name="chat">The chat, where it is one.</param>
    /// <param name="problem">Otherwise what is wrong and how to mend it: two sentences without the last full stop.</param>
    public static bool TryRead(ExampleColumns columns, Func<string, RowCell> cell, RowCell system, RowCell history, out Conversation? chat, out string problem)
    {
        chat = null;
        List<ChatMessage> messages = [];
        if (!cell(columns.InstructionName!).TryText(columns.InstructionName!, out string? instruction, out problem)
            || !TryOne(columns.InputNames, cell, out string? input, out problem)
                || !TryOne(columns.OutputNames, cell, out string? output, out problem, orNumber: true)
            || !system.TryText("system", out string? told, out problem) || !TryHistory(history, messages, out problem))
        {
            return false;
        }

        if (string.IsNullOrEmpty(output))
        {
            problem = output is null
                ? $"no \"{columns.OutputNames[0]}\" beside \"{columns.InstructionName}\". Add one" : $"\"{columns.OutputNames[0]}\" is empty. Fill it";
            return false;
        }

        if (!string.IsNullOrEmpty(told))
        {
            messages.Insert(0, new ChatMessage("system", told));
        }

        string asked = string.IsNullOrEmpty(input) ? instruction! : instruction!.Length == 0 ? input : $"{instruction}\n{input}";
        bool alone = messages.Count == 0;
        chat = new Conversation([.. messages, new ChatMessage("user", asked), new ChatMessage(ChatMessage.Assistant, output)]) { IsQuestion = alone };
        problem = asked.Length == 0 ? $"\"{columns.InstructionName}\" is empty. Fill it" : "";
        return problem.Length == 0;
    }

    private static bool TryOne(IReadOnlyList<string> names, Func<string, RowCell> cell, out string? value, out string problem, bool orNumber = false)
    {
        string[] there = [.. names.Where(name => cell(name).IsThere)];
        if (there.Length < 2 || there.Count(name => cell(name).HoldsSomething) < 2)
        {
            string name = there.FirstOrDefault(other => cell(other).HoldsSomething) ?? there.FirstOrDefault() ?? names[0];
            return cell(name).TryText(name, out value, out problem, orNumber);
        }

        (value, problem) = (null, $"\"{there[0]}\" beside \"{there[1]}\". Keep one of the two");
        return false;
    }

    private static bool TryHistory(RowCell history, List<ChatMessage> messages, out string problem)
    {
        if (!history.HoldsSomething)
        {
            problem = "";
            return true;
        }

        if (!history.TryList("history", out JsonElement pairs, out problem))
        {
            return false;
        }

        foreach (JsonElement pair in pairs.ValueKind == JsonValueKind.Array ? pairs.EnumerateArray() : default)
        {
            JsonElement[] said = pair.ValueKind == JsonValueKind.Array ? [.. pair.EnumerateArray()] : [];
            if (said.Length != 2 || said.Any(text => text.ValueKind != JsonValueKind.String))
            {
                messages.Clear();
                break;
            }

            messages.Add(new ChatMessage("user", said[0].GetString()!));
            messages.Add(new ChatMessage(ChatMessage.Assistant, said[1].GetString()!));
        }

        problem = messages.Count > 0 ? "" : "\"history\" is no list of pairs [\"question\", \"answer\"]. Mend it";
        return messages.Count > 0;
    }
}
