using System.Text.Json;

namespace Palimpsest.Data.Chats;

/// <summary>Reads a message of a chat from JSON. Nothing of it is lost: what is more than a role and a text stays with the message as JSON.</summary>
internal static class ChatMessageReader
{
    // What these keys say of learning is said nowhere else, and a template does not ask for them.
    private static readonly string[] s_learning = ["weight", "train", "training", "trainable"];

    /// <summary>Reads a message.</summary>
    /// <param name="element">An object with <c>role</c>, mostly <c>content</c> (a text, null, or parts of the type <c>text</c>), and what else the template
    /// knows.</param>
    /// <param name="message">The message, where it is one.</param>
    /// <param name="problem">Otherwise what is wrong with it and how to mend it: two sentences without the last full stop, of which "message 2" is the
    /// subject.</param>
    public static bool TryRead(JsonElement element, out ChatMessage message, out string problem)
    {
        message = default;
        if (element.ValueKind != JsonValueKind.Object || Text(element, "role") is not { Length: > 0 } role)
        {
            problem = "has no \"role\" that is a string. Add one";
            return false;
        }

        if (Array.Find(s_learning, key => element.TryGetProperty(key, out JsonElement value) && Hinders(value)) is string learning)
        {
            problem = $"says by \"{learning}\" how much of it is learnt, which is not supported: what the assistant says is learnt. Remove the key";
            return false;
        }

        bool there = element.TryGetProperty("content", out JsonElement said);
        if (!TryReadContent(there ? said : default, out string content, out problem))
        {
            return false;
        }

        bool plain = said.ValueKind == JsonValueKind.String
            && element.EnumerateObject().All(property => property.Name is "role" or "content" || property.Value.ValueKind == JsonValueKind.Null);
        message = new ChatMessage(role, content) { Json = plain ? null : ChatJson.Compact(element) };
        if (content.Length == 0 && said.ValueKind != JsonValueKind.String
            && !element.EnumerateObject().Any(property => property.Name is not ("role" or "content") && HoldsSomething(property.Value)))
        {
            problem = "has no \"content\" that is a string and nothing else that it says. Add one";
            return false;
        }

        return true;
    }

    /// <summary>Whether there is something in a value: it is not null, and no empty text, list or object.</summary>
    public static bool HoldsSomething(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => false,
        JsonValueKind.String => value.GetString()!.Length > 0,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => true,
    };

    private static bool TryReadContent(JsonElement said, out string content, out string problem)
    {
        (content, problem) = ("", "");
        switch (said.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return true;
            case JsonValueKind.String:
                content = said.GetString()!;
                return true;
            case JsonValueKind.Array:
                foreach (JsonElement part in said.EnumerateArray())
                {
                    if (part.ValueKind != JsonValueKind.Object || Text(part, "type") is not string type)
                    {
                        problem = "has a content with a part that is no object with a \"type\". Write {\"type\": \"text\", \"text\": \"...\"}";
                        return false;
                    }

                    if (type != "text" || Text(part, "text") is not string text)
                    {
                        problem = type == "text" ? "has a part of its content without a \"text\" that is a string. Add one"
                            : $"has a part of the type \"{type}\" in its content; only text can be read. Remove the part, or leave such chats out";
                        return false;
                    }

                    content += text;
                }

                return true;
            default:
                problem = "has a \"content\" that is neither a string nor a list of parts. Put it in quotes";
                return false;
        }
    }

    // A weight of 1 and "train": true say what is done anyway.
    private static bool Hinders(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => false,
        JsonValueKind.Number => !value.TryGetDouble(out double number) || number != 1,
        _ => value.ValueKind != JsonValueKind.True,
    };

    private static string? Text(JsonElement element, string key) => element.TryGetProperty(key, out JsonElement value)
        && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
