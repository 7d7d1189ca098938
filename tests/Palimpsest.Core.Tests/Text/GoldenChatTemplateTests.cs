using System.Text.Json;
using Palimpsest.Text.Templates;

namespace Palimpsest.Tests.Text;

/// <summary>Chat templates and single expressions against what the reference library renders.</summary>
public sealed class GoldenChatTemplateTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 7, 5, 4, 9, TimeSpan.Zero);

    private static string Folder => Path.Combine(GoldenData.Folder!, "chat-templates");

    public static IEnumerable<TheoryDataRow<string>> Templates() =>
        GoldenData.Folder is null ? [] : Directory.GetFiles(Folder, "*.jinja").Select(file => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(file))).ToList();

    public static IEnumerable<TheoryDataRow<string>> Groups() =>
        GoldenData.Folder is null ? [] : GoldenData.Lines(Path.Combine(Folder, "expressions.jsonl")).Select(line => GoldenData.Text(line, "group")).Distinct().Select(group => new TheoryDataRow<string>(group)).ToList();

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Templates))]
    public void Render_Conversations_EqualReference(string name)
    {
        Dictionary<string, string> tokens = JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(File.ReadAllText(Path.Combine(Folder, "special_tokens.json")))![name];
        JsonElement conversations = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(Folder, "conversations.json")));
        ChatTemplate template = ChatTemplate.Parse(File.ReadAllText(Path.Combine(Folder, name + ".jinja")), tokens);
        List<string> unequal = [];
        int total = 0;
        foreach (JsonElement line in GoldenData.Lines(Path.Combine(Folder, "cases.jsonl")).Where(line => GoldenData.Text(line, "template") == name))
        {
            total++;
            ChatRequest request = Request(conversations.GetProperty(GoldenData.Text(line, "conversation")));
            Compare(line, () => template.Render(request), "chat template refuses these messages: ", unequal);
        }

        GoldenData.AssertEqual(unequal, total);
    }

    [Theory(SkipTestWithoutData = true), MemberData(nameof(Groups))]
    public void Render_Expressions_EqualReference(string group)
    {
        JsonElement variables = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(Folder, "variables.json")));
        JsonElement messages = JsonSerializer.Deserialize<JsonElement>("""[{"role":"user","content":""}]""");
        List<string> unequal = [];
        int total = 0;
        foreach (JsonElement line in GoldenData.Lines(Path.Combine(Folder, "expressions.jsonl")).Where(line => GoldenData.Text(line, "group") == group))
        {
            total++;
            Compare(line, () => ChatTemplate.Parse(GoldenData.Text(line, "template")).Render(new ChatRequest { Messages = messages, Variables = variables, Now = s_now }), "chat template refuses these messages: ", unequal);
        }

        GoldenData.AssertEqual(unequal, total);
    }

    private static ChatRequest Request(JsonElement conversation) => new()
    {
        Messages = conversation.GetProperty("messages"),
        Tools = Find(conversation, "tools"),
        Documents = Find(conversation, "documents"),
        Variables = Find(conversation, "kwargs"),
        AddGenerationPrompt = Find(conversation, "add_generation_prompt")?.GetBoolean() ?? true,
        ContinueFinalMessage = Find(conversation, "continue_final_message")?.GetBoolean() ?? false,
        Now = s_now,
    };

    private static JsonElement? Find(JsonElement owner, string name) => owner.TryGetProperty(name, out JsonElement value) ? value : null;

    private static void Compare(JsonElement line, Func<RenderedChat> render, string raised, List<string> unequal)
    {
        string? text = null, message = null;
        RenderedChat? chat = null;
        try
        {
            chat = render();
            text = chat.Text;
        }
        catch (PalimpsestException error)
        {
            message = error.Message;
        }

        bool equal;
        if (line.TryGetProperty("error", out JsonElement expected))
        {
            equal = message is not null && (GoldenData.Text(expected, "kind") != "raise_exception" || message == raised + GoldenData.Text(expected, "message"));
        }
        else
        {
            equal = text == GoldenData.Text(line, "rendered") && (Spans(line) is not int[][] spans || spans.SequenceEqual(chat!.AssistantSpans.Select(span => new[] { span.Start.Value, span.End.Value }), new RowComparer()));
        }

        if (!equal)
        {
            unequal.Add($"{line.GetRawText()} -> {JsonSerializer.Serialize(text ?? message)}");
        }
    }

    private static int[][]? Spans(JsonElement line) =>
        line.TryGetProperty("assistant_spans_utf16", out JsonElement spans) || line.TryGetProperty("assistant_spans", out spans) ? spans.Deserialize<int[][]>() : null;

    private sealed class RowComparer : IEqualityComparer<int[]>
    {
        public bool Equals(int[]? x, int[]? y) => x is not null && y is not null && x.SequenceEqual(y);

        public int GetHashCode(int[] obj) => obj.Length;
    }
}
