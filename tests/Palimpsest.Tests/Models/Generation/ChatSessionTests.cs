using System.Text.Json;
using Palimpsest.Data.Chats;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Text.Templates;
using ChatMessage = Palimpsest.Data.Chats.ChatMessage;

namespace Palimpsest.Tests.Models.Generation;

public sealed class ChatSessionTests
{
    private const string Name = "smollm2-135m-instruct";
    private static readonly ChatTemplate s_lines = ChatTemplate.Parse("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}");
    private static readonly SamplingOptions s_short = new() { MaxNewTokens = 12, StopTexts = ["\n"] };

    public static TheoryData<string> Roots() =>
        Environment.GetEnvironmentVariable("PALIMPSEST_DATA") is string root && File.Exists(Path.Combine(root, "models", Name, "expected.json")) ? [root] : [];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ask_SecondTurn_ReusesTheMemoryAndAnswersAsAFreshSession(bool managed)
    {
        using LanguageModel model = LanguageModel.Load(EmbeddedModels.Default, TestContexts.F32(), LoadMode.Mapped);
        using IDisposable? hook = managed ? null : model.Model.Hooks.Add("hook_embed", x => x);
        using ChatSession chat = new(model, s_lines, s_short, new RandomStream(1), "Be brief.");
        List<string> pieces = [];
        ChatReply first = chat.Ask("Who lives in the town?", pieces.Add);
        ChatReply second = chat.Ask("And who else?");
        Assert.Equal(first.Text, string.Concat(pieces));
        Assert.Equal(0, first.ReusedTokens);
        Assert.InRange(second.ReusedTokens, first.PromptTokens - 2, second.PromptTokens - 1);
        Assert.Equal(["system", "user", "assistant", "user", "assistant"], chat.Messages.Select(message => message.Role));

        int[] prompt = new TemplateChatRenderer(s_lines).EncodePrompt([.. chat.Messages.SkipLast(1)], model.Tokenizer);
        int[] fresh = TextGenerator.Generate(model.Model, [prompt], s_short with { StopTexts = [] }, new RandomStream(1))[0];
        Assert.Equal(model.Tokenizer.Decode(fresh).Split('\n')[0], second.Text);
        chat.Reset();
        Assert.Equal(first.Text, chat.Ask("Who lives in the town?").Text);
        Assert.Equal(3, chat.Messages.Count);
    }

    [Fact]
    public void Ask_FullContext_ForgetsTheOldestTurnsAndSaysHowMany()
    {
        using LanguageModel model = LanguageModel.Load(EmbeddedModels.Default, TestContexts.F32(), LoadMode.Mapped);
        using ChatSession chat = new(model, s_lines, s_short, new RandomStream(1), "Be brief.");
        string question = string.Concat(Enumerable.Repeat("the town ", model.Model.Config.ContextLength / 12));
        int forgotten = 0;
        for (int turn = 0; turn < 12; turn++)
        {
            forgotten += chat.Ask(question).ForgottenMessages;
        }

        Assert.True(forgotten > 0 && forgotten % 2 == 0, $"{forgotten}");
        Assert.Equal(25 - forgotten, chat.Messages.Count);
        Assert.Equal(["system", "user"], chat.Messages.Take(2).Select(message => message.Role));
        int before = chat.Messages.Count;
        PalimpsestException error = Assert.Throws<PalimpsestException>(() => chat.Ask(string.Concat(Enumerable.Repeat(question, 20))));
        Assert.Contains("Shorten it", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, chat.Messages.Count);
    }

    [Fact]
    public void Ask_Cancelled_KeepsTheConversationWhole()
    {
        using LanguageModel model = LanguageModel.Load(EmbeddedModels.Default, TestContexts.F32(), LoadMode.Mapped);
        using ChatSession chat = new(model, s_lines, s_short with { StopTexts = [], MaxNewTokens = 50 }, new RandomStream(1));
        using CancellationTokenSource source = new();
        ChatReply reply = chat.Ask("Who lives in the town?", _ => source.Cancel(), source.Token);
        Assert.Equal(CompletionEnd.Cancelled, reply.End);
        Assert.InRange(reply.NewTokens, 1, 5);
        Assert.True(chat.Ask("And now?").ReusedTokens > 0);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Roots))]
    public void SmolLm_ItsOwnTemplate_GivesTheReferencePromptsAndAnswers(string root)
    {
        string folder = Path.Combine(root, "models", Name);
        JsonElement expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))).RootElement;
        using LanguageModel model = LanguageModel.Load(Directory.GetFiles(folder, "*.gguf")[0], TestContexts.F32(), LoadMode.Copied);
        ChatTemplate template = ChatTemplate.Of(model.Tokenizer)!;
        TemplateChatRenderer renderer = new(template);
        foreach (JsonElement chat in expected.GetProperty("chat").EnumerateArray())
        {
            Conversation messages =
                [.. chat.GetProperty("messages").EnumerateArray().Select(item =>
                new ChatMessage(item.GetProperty("role").GetString()!, item.GetProperty("content").GetString()!))];
            string text = chat.GetProperty("text").GetString()!;
            IReadOnlyList<ChatSegment> segments = chat.GetProperty("add_generation_prompt").GetBoolean() ? renderer.RenderPrompt(messages) : renderer.Render(messages);
            Assert.Equal(text, string.Concat(segments.Select(segment => segment.Text)));
            Assert.Equal(messages.Select(message => message.Content), segments.Where(segment => !segment.Markup).Select(segment => segment.Text));
            if (chat.GetProperty("add_generation_prompt").GetBoolean())
            {
                Assert.Equal(model.Tokenizer.Encode(text, addSpecialTokens: false), renderer.EncodePrompt(messages, model.Tokenizer));
            }
        }

        // The reference's greedy tokens of the first chat, as far as the end of the turn.
        JsonElement first = expected.GetProperty("prompts").EnumerateArray().First(item => item.GetProperty("prompt").GetString() == expected.GetProperty("chat")[0].GetProperty("text").GetString());
        int[] greedy = [.. first.GetProperty("greedy_40").EnumerateArray().Select(id => id.GetInt32()).TakeWhile(id => !model.Tokenizer.IsSpecial(id))];
        using ChatSession session = new(model, template, new SamplingOptions { MaxNewTokens = greedy.Length }, new RandomStream(1));
        ChatReply reply = session.Ask(expected.GetProperty("chat")[0].GetProperty("messages")[0].GetProperty("content").GetString()!);
        Assert.Equal(model.Tokenizer.Decode(greedy), reply.Text);
        ChatReply next = session.Ask("Say it again.");
        Assert.True(next.ReusedTokens >= reply.PromptTokens - 1, $"{next.ReusedTokens} of {reply.PromptTokens}");
    }
}
