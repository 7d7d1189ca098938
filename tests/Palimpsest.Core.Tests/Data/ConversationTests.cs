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
    private static readonly Conversation s_chat =
        new([new("system", "Be brief."), new("user", "Hi"), new("assistant", "Yes?") { Json = """{"role":"assistant","content":"Yes?","id":3}""" },
        new("user", "2+2"), new("assistant", "4")]);
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
    [InlineData("""{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": null}]}""",
        "message 2 of \"messages\" has no \"content\" that is a string and nothing else that it says. Add one")]
    [InlineData("""{"messages": [{"role": "user", "content": [{"type": "image", "url": "x.png"}]}]}""",
        "message 1 of \"messages\" has a part of the type \"image\" in its content; only text can be read")]
    [InlineData("""{"messages": [{"role": "user", "content": [{"type": "text"}]}]}""",
        "message 1 of \"messages\" has a part of its content without a \"text\" that is a string")]
    [InlineData("""{"messages": [{"role": "user", "content": ["Hi"]}]}""",
        "message 1 of \"messages\" has a content with a part that is no object with a \"type\"")]
    [InlineData("""{"messages": [{"role": "user", "content": 7}]}""",
        "message 1 of \"messages\" has a \"content\" that is neither a string nor a list of parts")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "x", "weight": 0}]}""",
        "message 1 of \"messages\" says by \"weight\" how much of it is learnt")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "x", "train": false}]}""",
        "message 1 of \"messages\" says by \"train\" how much of it is learnt")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "x"}], "tools": {"a": 1}}""", "\"tools\" is no list of tools")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "x"}], "tools": "[1"}""", "\"tools\" is not valid JSON")]
    [InlineData("""{"messages": [{"role": "assistant", "content": "x"}], "images": ["a.png"]}""", "there is \"images\" too, which is no text and is not read")]
    [InlineData("""{"text": "x", "tools": [{"a": 1}]}""", "there is \"tools\" too, which would stand before what is learnt")]
    [InlineData("""{"text": "x", "label": 1}""", "there is \"label\" too, which names a class")]
    [InlineData("""{"conversations": [{"from": "narrator", "value": "Hi"}]}""",
        "message 1 of \"conversations\" is from \"narrator\", which is nobody that is known")]
    [InlineData("""{"conversations": [{"from": "function_call", "value": "run!"}]}""",
        "message 1 of \"conversations\" is a function_call whose \"value\" is no JSON")]
    [InlineData("""{"instruction": "Add.", "input": "1 2"}""", "no \"output\" beside \"instruction\". Add one")]
    [InlineData("""{"instruction": "", "output": "3"}""", "\"instruction\" is empty. Fill it")]
    [InlineData("""{"instruction": "Add.", "output": "3", "text": "Add. 3"}""", "\"instruction\" beside another form")]
    [InlineData("""{"instruction": "Add.", "output": "3", "history": ["x"]}""", "\"history\" is no list of pairs")]
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
    public void Encode_TokenAcrossAPrompt_IsCutThere()
    {
        // "an" is one token; the piece before it ends in the middle, and is what the model will be asked with.
        Conversation chat = new([new("a", ""), new("assistant", "n")]);
        TokenSequence sequence = new ExampleEncoder(s_bytes, 50, chat: new Joined()).Encode(chat.ToExample())!;
        Assert.Equal([.. s_bytes.Encode("aa"), .. s_bytes.Encode("nx")], sequence.Ids);
        Assert.Equal([2], Enumerable.Range(0, 4).Where(sequence.IsTarget));
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

    [Fact]
    public void From_CallsOfTools_KeepEveryKey()
    {
        const string call =
            """{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"sum","arguments":{"b":2.0,"a":"é"}}}]}""";
        const string answer = """{"role":"tool","tool_call_id":"c1","name":"sum","content":"4"}""";
        using TemporaryFile file =
            new($$"""{"messages": [{"role": "user", "content": "2+2"}, {{call}}, {{answer}}, {"role": "assistant", "content": "4"}], "tools": [{"type": "function", "x": 1}]}""");
        TextExample example = SourceChecks.AllFromEveryPosition(ExampleFile.Open(file.Path)).Single();
        Assert.Equal([null, call, answer, null], example.Messages!.Select(message => message.Json));
        Assert.Equal("""[{"type":"function","x":1}]""", example.Messages!.Tools);
        using TemporaryFile copy = new();
        JsonlWriter.Write(copy.Path, [example]);
        Assert.Equal([example], new JsonlSource(copy.Path).From(0).Select(item => item.Example));

        PalimpsestException error = Assert.Throws<PalimpsestException>(() => new ExampleEncoder(s_bytes, 500).Encode(example));
        Assert.Contains("Message 2 of a chat holds \"tool_calls\", and the model has no chat template", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void From_TheToolsAsTheirJson_AreReadAlike()
    {
        using TemporaryFile file =
            new("""{"messages": [{"role": "assistant", "content": "x"}], "tools": "[{\"type\": \"function\"}]"}""" + "\n"
            + """{"messages": [{"role": "assistant", "content": "x"}], "tools": null}""");
        Assert.Equal(["""[{"type":"function"}]""", null],
            SourceChecks.AllFromEveryPosition(ExampleFile.Open(file.Path)).Select(example => example.Messages!.Tools));
    }

    [Fact]
    public void From_ContentInParts_IsItsTextsInTheirOwnForm()
    {
        using TemporaryFile file =
            new("""{"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, {"role": "assistant", "content": [{"type": "text", "text": "c", "image": null}]}]}""");
        TextExample example = ExampleFile.Open(file.Path).At(0);
        Assert.Equal(("User: ab\nAssistant:", " c"), (example.Prompt, example.Completion));
        Assert.Equal("User: ab\nAssistant: c<end>", s_bytes.Decode(new ExampleEncoder(s_bytes, 99).Encode(example)!.Ids, skipSpecialTokens: false));
        Assert.Contains("\"image\":null", example.Messages![1].Json, StringComparison.Ordinal);
    }

    [Fact]
    public void From_OnlyCalls_CanBeLearntAndAreNotAskedFor()
    {
        using TemporaryFile file =
            new("""{"messages": [{"role": "user", "content": "2+2"}, {"role": "assistant", "tool_calls": [{"function": {"name": "sum"}}]}]}""");
        Assert.Equal("", ExampleFile.Open(file.Path).At(0).Prompt);
    }

    [Fact]
    public void From_ShareGpt_AreTheSameChat()
    {
        using TemporaryFile file =
            new("""{"system": "Be brief.", "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Yes?"}, {"from": "user", "value": "2+2"}, {"from": "function_call", "value": "{\"name\": \"sum\", \"arguments\": {\"a\": 2}}"}, {"from": "observation", "value": "4"}, {"from": "gpt", "value": "4"}]}""");
        Conversation chat = ExampleFile.Open(file.Path).At(0).Messages!;
        Assert.Equal(["system", "user", "assistant", "user", "assistant", "tool", "assistant"], chat.Select(message => message.Role));
        Assert.Equal(["Be brief.", "Hi", "Yes?", "2+2", "", "4", "4"], chat.Select(message => message.Content));
        Assert.Equal("""{"role":"assistant","content":"","tool_calls":[{"type":"function","function":{"name":"sum","arguments":{"a":2}}}]}""", chat[4].Json);
    }

    [Theory]
    [InlineData("""{"instruction": "Add.", "input": "1 2", "output": "3"}""", "Add.\n1 2")]
    [InlineData("""{"instruction": "Add.", "input": "", "output": "3"}""", "Add.")]
    [InlineData("""{"instruction": "Add.", "context": "1 2", "response": "3", "category": "sums"}""", "Add.\n1 2")]
    public void From_Alpaca_IsAQuestionAndItsAnswer(string line, string asked)
    {
        using TemporaryFile file = new(line);
        TextExample example = ExampleFile.Open(file.Path).At(0);
        Assert.Equal((asked, " 3", new Conversation([new("user", asked), new("assistant", "3")])), (example.Prompt, example.Completion, example.Messages!));
        Assert.Equal($"{asked} 3<end>", s_bytes.Decode(new ExampleEncoder(s_bytes, 99).Encode(example)!.Ids, skipSpecialTokens: false));
        Assert.Equal($"<turn>user\n{asked}<end><turn>assistant\n3<end>",
            s_bytes.Decode(new ExampleEncoder(s_bytes, 99, chat: new Turns()).Encode(example)!.Ids, skipSpecialTokens: false));
        using TemporaryFile copy = new();
        JsonlWriter.Write(copy.Path, [example]);
        Assert.Equal([example], new JsonlSource(copy.Path).From(0).Select(item => item.Example));
        ExampleTemplate words = new() { Prompt = "Q: {prompt}\nA:", Completion = "{completion}" };
        Assert.Equal(new TextExample($"Q: {asked}\nA:", " 3"), words.Apply(example, "x"));
        Assert.Contains("the examples are chats", Assert.Throws<PalimpsestException>(() => words.Apply(s_chat.ToExample(), "x")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void From_AlpacaWithWhatWasSaidBefore_IsAChat()
    {
        using TemporaryFile file = new("""{"system": "Be brief.", "history": [["Hi", "Yes?"]], "instruction": "2+2", "output": "4"}""");
        Assert.Equal(["Be brief.", "Hi", "Yes?", "2+2", "4"], ExampleFile.Open(file.Path).At(0).Messages!.Select(message => message.Content));
        using TemporaryFile named = new("instruction,output,text\nAdd,3,x\n", "a.csv");
        Assert.Equal("Add", ExampleFile.Open(named.Path, new() { Columns = new() { Instruction = "instruction" } }).At(24).Prompt);
        Assert.Contains("more than one form", SourceChecks.Problem(named.Path), StringComparison.Ordinal);
    }

    private static string Learnt(TokenSequence sequence) => s_bytes.Decode([.. sequence.Ids.Where((_, i) => sequence.IsTarget(i))], skipSpecialTokens: false);

    private sealed class Turns : IChatRenderer
    {
        public bool SpellsBeginAndEnd => true;

        public IReadOnlyList<ChatSegment> RenderPrompt(Conversation chat) => [.. Render(chat), new("<turn>assistant\n", false, Markup: true)];

        public IReadOnlyList<ChatSegment> Render(Conversation chat) => [.. chat.SelectMany(message => new ChatSegment[]
        {
            new($"<turn>{message.Role}\n", false, Markup: true), new(message.Content, message.Role == "assistant"), new("<end>", message.Role == "assistant", Markup: true),
        })];
    }

    private sealed class Joined : IChatRenderer
    {
        public bool SpellsBeginAndEnd => true;

        public IReadOnlyList<ChatSegment> RenderPrompt(Conversation chat) => [new("aa", false)];

        public IReadOnlyList<ChatSegment> Render(Conversation chat) => [new("aa", false), new("n", true), new("x", false)];
    }
}
