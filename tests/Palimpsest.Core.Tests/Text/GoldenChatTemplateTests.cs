using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Chats;
using Palimpsest.Text;
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

    public static IEnumerable<TheoryDataRow<string>> MarkedTemplates() =>
        Templates().Where(row => File.ReadAllText(Path.Combine(Folder, row.Data + ".jinja")).Contains("endgeneration", StringComparison.Ordinal));

    [Theory(SkipTestWithoutData = true), MemberData(nameof(MarkedTemplates))]
    public void Encode_TemplateWithMarks_LearnsTheTokensOfTheReference(string name)
    {
        Dictionary<string, string> special =
            JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(File.ReadAllText(Path.Combine(Folder, "special_tokens.json")))![name];
        JsonElement conversations = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(Folder, "conversations.json")));
        ChatTemplate template = ChatTemplate.Parse(File.ReadAllText(Path.Combine(Folder, name + ".jinja")), special);
        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenData.Folder!, "llama3", "tokenizer.json")))!;
        Tokenizer plain = Tokenizer.Parse(json.ToJsonString());
        foreach (string token in special.Values.Where(token => plain.IdOf(token) is null))
        {
            json["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = plain.VocabularySize, ["content"] = token, ["special"] = true });
        }

        Tokenizer tokenizer = Tokenizer.Parse(json.ToJsonString());
        ExampleEncoder encoder = new(tokenizer, 100_000, chat: new TemplateChatRenderer(template));
        List<string> unequal = [];
        int total = 0;
        foreach (JsonElement line in GoldenData.Lines(Path.Combine(Folder, "cases.jsonl")).Where(line => GoldenData.Text(line, "template") == name
            && line.TryGetProperty("assistant_mask", out _)))
        {
            // Chats in which a text spells a special token differ on purpose, and what is no text is refused.
            JsonElement conversation = conversations.GetProperty(GoldenData.Text(line, "conversation"));
            if (Find(conversation, "documents") is not null || Find(conversation, "kwargs") is not null
                || !ConversationReader.TryRead(conversation.GetProperty("messages"), "messages", Find(conversation, "tools") ?? default, "tools",
                    out Conversation? chat, out _)
                || chat!.Problem.Length > 0 || chat.Any(message => tokenizer.Encode(message.Content, addSpecialTokens: false).Any(tokenizer.IsSpecial)))
            {
                continue;
            }

            total++;
            int[] ids = GoldenData.Numbers(line, "ids", []), mask = GoldenData.Numbers(line, "assistant_mask", []);
            TokenSequence sequence = encoder.Encode(chat.ToExample())!;
            int[] learnt = [.. Enumerable.Range(0, sequence.Ids.Length).Select(i => sequence.Mask![i] ? 1 : 0)];
            if (!ids.AsSpan().StartsWith(sequence.Ids) || !mask.AsSpan().StartsWith(learnt) || mask.AsSpan(learnt.Length).Contains(1))
            {
                unequal.Add($"{GoldenData.Text(line, "conversation")}: [{string.Join(',', learnt)}] for [{string.Join(',', mask)}]");
            }
        }

        Assert.True(template.MarksWhatIsSaid && total >= 8, $"{total} chats");
        Assert.True(unequal.Count == 0, string.Join('\n', unequal));
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
