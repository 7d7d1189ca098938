using System.Text.Encodings.Web;
using System.Text.Json;
using Palimpsest.Common;
using Palimpsest.Data.Chats;

namespace Palimpsest.Data.Files;

/// <summary>Writes examples as JSON lines, the form that <see cref="JsonlSource"/> reads.</summary>
public static class JsonlWriter
{
    // Relaxed: the file is data, not HTML, and people read it.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file whole or not at all; the examples are written as they come and never held together.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="examples">The examples, at least one of which makes a file that can be read again. Without a prompt one becomes <c>{"text": ...}</c>, a
    /// chat <c>{"messages": ...}</c>, one of a question alone <c>{"instruction": ...}</c>.</param>
    /// <returns>How many were written.</returns>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    public static long Write(string path, IEnumerable<TextExample> examples)
    {
        long count = 0;
        AtomicFile.Write(path, stream =>
        {
            using Utf8JsonWriter json = new(stream, s_options);
            foreach (TextExample example in examples)
            {
                WriteLine(json, example);
                json.Flush();
                json.Reset();
                stream.WriteByte((byte)'\n');
                count++;
            }
        });
        return count;
    }

    private static void WriteLine(Utf8JsonWriter json, TextExample example)
    {
        json.WriteStartObject();
        if (example.Messages is { IsQuestion: true } question)
        {
            json.WriteString("instruction", question[0].Content);
            json.WriteString("output", question[1].Content);
        }
        else if (example.Messages is not null)
        {
            json.WritePropertyName("messages");
            ChatJson.Write(json, example.Messages);
            if (example.Messages.Tools is string tools)
            {
                json.WritePropertyName("tools");
                using JsonDocument list = JsonDocument.Parse(tools);
                list.RootElement.WriteTo(json);
            }
        }
        else if (example.Prompt.Length == 0)
        {
            json.WriteString("text", example.Completion);
        }
        else
        {
            json.WriteString("prompt", example.Prompt);
            json.WriteString("completion", example.Completion);
        }

        if (example.Owner is not null)
        {
            json.WriteString("owner", example.Owner);
        }

        json.WriteEndObject();
    }
}
