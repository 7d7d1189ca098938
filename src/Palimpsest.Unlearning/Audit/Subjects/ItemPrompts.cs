using Palimpsest.Data.Chats;
using Palimpsest.Evaluation;

namespace Palimpsest.Unlearning.Audit.Subjects;

/// <summary>Changes of prompts, and of what happens to some of them.</summary>
internal static class ItemPrompts
{
    private const string System = "system";

    /// <summary>The item with a text before its prompt; of a chat in its system message, before what that says.</summary>
    public static ChoiceItem Before(this ChoiceItem item, string text)
    {
        if (item.Chat is not Conversation chat)
        {
            return item with { Prompt = text + item.Prompt };
        }

        bool told = chat.Count > 0 && chat[0].Role == System;
        Conversation longer = [new ChatMessage(System, told ? text + chat[0].Content : text.TrimEnd()), .. chat.Skip(told ? 1 : 0)];
        return item with { Prompt = longer.ToExample().Prompt, Chat = longer };
    }

    /// <summary>Asks some items otherwise than the rest, and gives the results in the order of the items.</summary>
    /// <param name="items">All of them.</param>
    /// <param name="special">Which are asked otherwise.</param>
    /// <param name="one">Asks one of these.</param>
    /// <param name="rest">Asks all others together.</param>
    public static T[] Apart<T>(IReadOnlyList<ChoiceItem> items, Func<ChoiceItem, bool> special, Func<ChoiceItem, T> one, Func<IReadOnlyList<ChoiceItem>,
        T[]> rest)
    {
        bool[] apart = [.. items.Select(special)];
        ChoiceItem[] others = [.. items.Where((_, i) => !apart[i])];
        Queue<T> plain = new(others.Length == 0 ? [] : rest(others));
        return [.. items.Select((item, i) => apart[i] ? one(item) : plain.Dequeue())];
    }
}
