using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Chats;
using Palimpsest.Data.Files;
using Palimpsest.Tests.Text;
using Palimpsest.Text;

namespace Palimpsest.Tests.Data;

public sealed class ConversationTests
{
    private const string Line = """{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes?", "id": 3}, {"role": "user", "content": "2+2"}, {"role": "assistant", "content": "4"}], "owner": "ann"}""";
    private static readonly Conversation s_chat = new([new("system", "Be brief."), new("user", "Hi"), new("assistant", "Yes?"), new("user", "2+2"), new("assistant", "4")]);
    private static readonly Tokenizer s_bytes = TinyTokenizer.Bytes("a n").Add(257, "<end>", special: true).Add(258, "<turn>", special: true).Parse("""{"eos_token": "<end>"}""");

    [Fact]
    public void From_Messages_AreReadWithTheirPlainForm()
    {
        using TemporaryFile file = new(Line);
        TextExample example = SourceChecks.AllFromEveryPosition(ExampleFile.Open(file.Path)).Single();
        Assert.Equal(new TextExample("System: Be brief.\nUser: Hi\nAssistant: Yes?\nUser: 2+2\nAssistant:", " 4", "ann", s_chat), example);
    }

    [Fact]
    public void From_MessagesInATable_AreReadAlike()
    {
        using TemporaryFile file = new("chat\n\"" + Line[13..^17].Replace("\"", "\"\"", StringComparison.Ordinal) + "\"\n", "a.csv");
        Assert.Equal(s_chat, ExampleFile.Open(file.Path, new() { Columns = new() { Messages = "chat" } }).At(5).Messages);
    }

    [Fact]
    public void Write_Messages_CanBeReadAgain()
    {
        using TemporaryFile file = new();
        JsonlWriter.Write(file.Path, [s_chat.ToExample("ann")]);
        Assert.Equal([s_chat.ToExample("ann")], new JsonlSource(file.Path).From(0).Select(item => item.Example));
    }

    [Theory]
    [InlineData("""{"messages": "Hi"}""", "\"messages\" is no list of messages")]
    [InlineData("""{"messages": []}""", "the chat has no messages. Add some")]
    [InlineData("""{"messages": [{"role": "user", "content": "Hi"}]}""", "the assistant says nothing in the chat")]
    [InlineData("""{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": null}]}""", "message 2 of \"messages\" has no \"role\" and \"content\" that are strings")]
    [InlineData("""{"messages": [7]}""", "message 1 of \"messages\"")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "x"}], "text": "y"}""", "\"messages\" beside another form")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "\ud800"}]}""", "a string holds half of a surrogate pair")]
    public void From_BadMessages_NameTheReason(string line, string problem)
    {
        using TemporaryFile file = new(line);
        Assert.Contains($"line 1: {problem}", SourceChecks.Problem(file.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_Plain_LearnsWhatTheAssistantSaysAndTheEnd()
    {
        TokenSequence sequence = new ExampleEncoder(s_bytes, 200).Encode(s_chat.ToExample())!;
        Assert.Equal([.. s_bytes.Encode("System: Be brief.\nUser: Hi\nAssistant: Yes?\nUser: 2+2\nAssistant: 4"), 257], sequence.Ids);
        Assert.Equal(" Yes?\n 4<end>", Learnt(sequence));
        Assert.Equal(9, sequence.Targets);
        Assert.Equal(sequence.Targets, TokenBatch.Of([sequence]).Targets.Length);
    }

    [Fact]
    public void Encode_LossOnPrompt_LearnsAll() => Assert.Equal(
        "ystem: Be brief.\nUser: Hi\nAssistant: Yes?\nUser: 2+2\nAssistant: 4<end>", Learnt(new ExampleEncoder(s_bytes, 200, lossOnPrompt: true).Encode(s_chat.ToExample())!));

    [Fact]
    public void Encode_TooLong_KeepsTheMaskOfTheStart()
    {
        TokenSequence whole = new ExampleEncoder(s_bytes, 200).Encode(s_chat.ToExample())!;
        for (int length = 2; length < whole.Ids.Length; length++)
        {
            TokenSequence? cut = new ExampleEncoder(s_bytes, length, TooLongPolicy.Truncate).Encode(s_chat.ToExample());
            Assert.Equal(Enumerable.Range(0, length).Where(whole.IsTarget), cut is null ? [] : Enumerable.Range(0, length).Where(cut.IsTarget));
            Assert.Null(new ExampleEncoder(s_bytes, length, TooLongPolicy.Skip).Encode(s_chat.ToExample()));
        }
    }

    [Fact]
    public void Encode_TokenAcrossAPiece_BelongsToTheLaterOne()
    {
        // "an" is one token; the piece before it ends in the middle, and the whole text keeps it.
        Conversation chat = new([new("a", ""), new("assistant", "n")]);
        TokenSequence sequence = new ExampleEncoder(s_bytes, 50, chat: new Joined()).Encode(chat.ToExample())!;
        Assert.Equal(s_bytes.Encode("aanx"), sequence.Ids);
        Assert.Equal([1], Enumerable.Range(0, 3).Where(sequence.IsTarget));
    }

    [Theory]
    [InlineData("Hello", true)]
    [InlineData("<turn>", false)]
    [InlineData("<end>", false)]
    [InlineData("<tu", true)]
    public void Encode_TurnTokens_ComeFromMarkupAlone(string said, bool asAWhole)
    {
        Conversation chat = new([new("user", said), new("assistant", "an")]);
        TokenSequence sequence = new ExampleEncoder(s_bytes, 99, chat: new Turns()).Encode(chat.ToExample())!;
        Assert.Equal([258, .. s_bytes.Encode("user\n" + said, specialTokensAsText: true), 257, 258, .. s_bytes.Encode("assistant\nan"), 257], sequence.Ids);
        Assert.Equal("an<end>", Learnt(sequence));
        Assert.Equal(asAWhole, s_bytes.Encode($"<turn>user\n{said}<end><turn>assistant\nan<end>").SequenceEqual(sequence.Ids));
    }

    private static string Learnt(TokenSequence sequence) => s_bytes.Decode([.. sequence.Ids.Where((_, i) => sequence.IsTarget(i))], skipSpecialTokens: false);

    private sealed class Turns : IChatRenderer
    {
        public bool SpellsBeginAndEnd => true;

        public IReadOnlyList<ChatSegment> Render(IReadOnlyList<ChatMessage> messages) => [.. messages.SelectMany(message => new ChatSegment[]
        {
            new($"<turn>{message.Role}\n", false, Markup: true), new(message.Content, message.Role == "assistant"), new("<end>", message.Role == "assistant", Markup: true),
        })];
    }

    private sealed class Joined : IChatRenderer
    {
        public bool SpellsBeginAndEnd => true;

        public IReadOnlyList<ChatSegment> Render(IReadOnlyList<ChatMessage> messages) => [new("aa", false), new("n", true), new("x", false)];
    }
}
