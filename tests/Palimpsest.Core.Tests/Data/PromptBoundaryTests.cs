using System.Text.Json;
using CsCheck;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Chats;
using Palimpsest.Tests.Text;
using Palimpsest.Text;
using Palimpsest.Text.Templates;

namespace Palimpsest.Tests.Data;

/// <summary>One rule for training, scoring and generation: a sequence begins with the tokens of its prompt alone, and decodes to the whole text.</summary>
public sealed class PromptBoundaryTests
{
    private const string Llama2Normalizer =
        """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""";

    private const string Llama2Decoder =
        """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""";

    // Words end where a text ends or a space follows, so no ids of one text go on inside of a word.
    private static readonly string[] s_endWords = ["spm-suffix", "gpt1", "clip", "wordlevel", "bert-cased", "bert-uncased", "bert-accents-no-chinese"];

    private static readonly Tokenizer s_bytes = TinyTokenizer.Bytes(": Ġ", "Ġ a")
        .With("pre_tokenizer", """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""").Add(300, "<end>",
            special: true).Parse("""{"eos_token": "<end>"}""");

    public static TheoryData<string> Folders => GoldenData.Folder is string folder
        ? [.. Directory.GetDirectories(folder)
            .Where(path => File.Exists(Path.Combine(path, "tokenizer.json")) && File.Exists(Path.Combine(path, "vectors.jsonl")))
            .Select(path => Path.GetFileName(path)).Order()]
        : [];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EncodeOpen_ATokenCrossesTheBorder_IsWhatThePromptIsAskedWithAndThenTheCompletion(bool bytes)
    {
        Tokenizer tokenizer = bytes ? s_bytes : Llama2();
        ExampleEncoder encoder = new(tokenizer, 99);
        int[] asked = encoder.EncodePrompt("q:");
        TokenSequence sequence = encoder.EncodeOpen("q:", " a");
        Assert.False(tokenizer.EncodePrompt("q: a").AsSpan().StartsWith(asked), "the whole text has the crossing token");
        Assert.Equal(asked, sequence.Ids[..sequence.LossFrom]);
        Assert.Equal([.. asked, tokenizer.IdOf(bytes ? "Ġa" : "▁a")!.Value], sequence.Ids);
        Assert.Equal("q: a", tokenizer.Decode(sequence.Ids));
        Assert.Equal((1L, 1L), (encoder.Boundaries.Apart, encoder.Boundaries.Sequences));
        Assert.StartsWith("In 1 of 1 rows with a prompt", encoder.Boundaries.Sentence, StringComparison.Ordinal);

        // What is learnt is the same with an end token, and where prompts are learnt too.
        Assert.Equal([.. sequence.Ids, .. tokenizer.Ending], encoder.Encode(new TextExample("q:", " a"))!.Ids);
        TokenSequence all = new ExampleEncoder(tokenizer, 99, lossOnPrompt: true).Encode(new TextExample("q:", " a"))!;
        Assert.Equal([.. sequence.Ids, .. tokenizer.Ending], all.Ids);
        Assert.Equal(bytes ? 0 : 1, all.LossFrom);
    }

    [Fact]
    public void EncodeOpen_NoTokenCrosses_IsTheWholeText()
    {
        ExampleEncoder encoder = new(s_bytes, 99);
        Gen.Select(TextGenerators.Scalars, TextGenerators.Scalars).Sample((prompt, completion) =>
        {
            int[] whole = s_bytes.Encode(prompt + completion), head = s_bytes.Encode(prompt);
            TokenSequence sequence = encoder.EncodeOpen(prompt, completion);
            Assert.True(sequence.Ids.AsSpan().StartsWith(head));
            Assert.Equal(prompt + completion, s_bytes.Decode(sequence.Ids));
            if (whole.AsSpan().StartsWith(head))
            {
                Assert.Equal(whole, sequence.Ids);
                Assert.Equal(prompt.Length == 0 ? 0 : Math.Min(head.Length, whole.Length - 1), sequence.LossFrom);
            }
        }, iter: 3_000);
    }

    [Fact]
    public void Encode_ThePostProcessorEndsTexts_ThePromptIsLeftOpenAndTheTextEndsOnce()
    {
        Tokenizer tokenizer = TinyTokenizer.Bytes().Add(256, "<s>", special: true).Add(257, "</s>", special: true)
            .With("post_processor", """
                {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}}],
                "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
                "special_tokens":{"<s>":{"id":"<s>","ids":[256],"tokens":["<s>"]},"</s>":{"id":"</s>","ids":[257],"tokens":["</s>"]}}}
                """).Parse("""{"bos_token": "<s>", "eos_token": "</s>"}""");
        ExampleEncoder encoder = new(tokenizer, 99);
        Assert.Equal([256, tokenizer.IdOf("q")!.Value], encoder.EncodePrompt("q"));
        Assert.Equal("<s>qa</s>", tokenizer.Decode(encoder.Encode(new TextExample("q", "a"))!.Ids, skipSpecialTokens: false));
        Assert.Equal((1L, 0L), (encoder.Boundaries.Sequences, encoder.Boundaries.Apart));
        TokenSequence chat = encoder.Encode(new Conversation([new("user", "x"), new("assistant", "y")]).ToExample())!;
        Assert.Equal("<s>User: x\nAssistant: y</s>", tokenizer.Decode(chat.Ids, skipSpecialTokens: false));
        Assert.Equal(" y</s>", Learnt(tokenizer, chat));
        Assert.Null(encoder.Boundaries.Sentence);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Encode_AChatWhoseTokensCrossBorders_BeginsWithEachOfItsPrompts(bool template, bool marked)
    {
        IChatRenderer? renderer = template ? new TemplateChatRenderer(ChatTemplate.Parse(marked
            ? "{% for m in messages %}{{ m.role }}:{% if m.role == 'assistant' %}{% generation %}{{ ' ' + m.content }}{% endgeneration %}{% else %}{{ "
                + "' ' + m.content }}{% endif %}{{ '\n' }}{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"
            : "{% for m in messages %}{{ m.role + ':' }}{{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}")) : null;
        string space = template && !marked ? " " : "";
        Conversation chat = [new("user", space + "x: a"), new("assistant", space + "an: a"), new("user", space + "y"), new("assistant", space + "a a")];
        ExampleEncoder encoder = new(s_bytes, 200, chat: renderer);
        TokenSequence whole = encoder.Encode(chat.ToExample())!;
        Assert.Equal((1L, 1L), (encoder.Boundaries.Sequences, encoder.Boundaries.Apart));
        foreach (int answers in new[] { 2, 4 })
        {
            Conversation asked = chat.First(answers);
            int[] prompt = encoder.EncodePrompt(asked.ToExample().Prompt, asked);
            Assert.Equal(prompt, whole.Ids[..prompt.Length]);
            Assert.False(whole.IsTarget(prompt.Length - 1));
            Assert.True(whole.IsTarget(prompt.Length));
            TokenSequence scored = encoder.EncodeOpen("", asked, " a");
            Assert.Equal(prompt, scored.Ids[..scored.LossFrom]);
        }

        string text = template ? "user: x: a\nassistant: an: a\nuser: y\nassistant: a a\n" : "User: x: a\nAssistant: an: a\nUser: y\nAssistant: a a<end>";
        Assert.Equal(text, s_bytes.Decode(whole.Ids, skipSpecialTokens: false));
        Assert.StartsWith(" an: a", Learnt(s_bytes, whole), StringComparison.Ordinal);
        Assert.Contains(" a a", Learnt(s_bytes, whole), StringComparison.Ordinal);
        Assert.DoesNotContain("y", Learnt(s_bytes, whole), StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_AnAnswerSpellsASpecialToken_StillBeginsWithWhatIsAsked()
    {
        TemplateChatRenderer renderer = new(ChatTemplate.Parse(
            "{% for m in messages %}{{ m.role + ':' }}{{ m.content }}<end>{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"));
        Conversation chat = [new("user", " x"), new("assistant", " <end> a")];
        ExampleEncoder encoder = new(s_bytes, 200, chat: renderer);
        TokenSequence whole = encoder.Encode(chat.ToExample())!;
        int[] prompt = encoder.EncodePrompt("", chat);
        Assert.Equal(prompt, whole.Ids[..prompt.Length]);
        Assert.Equal("user: x<end>assistant: <end> a<end>", s_bytes.Decode(whole.Ids, skipSpecialTokens: false));
        Assert.Equal(2, whole.Ids.Count(id => id == s_bytes.EndToken));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void EncodeOpen_EveryGoldenTokenizer_BeginsWithThePromptAndDecodesToTheText(string name)
    {
        string folder = Path.Combine(GoldenData.Folder!, name);
        Tokenizer tokenizer = Tokenizer.Load(folder);
        ExampleEncoder encoder = new(tokenizer, 100_000);
        List<string> unequal = [];
        int total = 0;
        foreach (JsonElement line in GoldenData.Lines(Path.Combine(folder, "vectors.jsonl")))
        {
            string text = GoldenData.Text(line, "text");
            for (int cut = 1; cut < text.Length; cut += 1 + (text.Length / 8))
            {
                if (char.IsLowSurrogate(text[cut]))
                {
                    continue;
                }

                total++;
                (string prompt, string completion) = (text[..cut], text[cut..]);
                int[] asked = encoder.EncodePrompt(prompt), whole = tokenizer.EncodePrompt(text, specialTokensAsText: true);
                TokenSequence sequence = encoder.EncodeOpen(prompt, completion);
                string decoded = tokenizer.Decode(sequence.Ids);

                // Many of the tokenizers change some texts, so that nothing could give those back.
                bool gives = tokenizer.Decode(whole) == text && tokenizer.Decode(asked) == prompt
                    && Bare(tokenizer.Decode(tokenizer.EncodePrompt(completion))) == Bare(completion);
                bool same = decoded == text || (s_endWords.Contains(name) && Bare(decoded) == Bare(text));
                if ((gives && !same) || !sequence.Ids.AsSpan().StartsWith(asked))
                {
                    unequal.Add(JsonSerializer.Serialize(new { prompt, completion, decoded }));
                }
            }
        }

        GoldenData.AssertEqual(unequal, total);
        Assert.Equal(total, encoder.Boundaries.Sequences);
    }

    private static Tokenizer Llama2() =>
        TinyTokenizer.Of(string.Join(' ', Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>")) + " ▁ q : a ▁q :▁ ▁a", ": ▁", "▁ q", "▁ a")
            .WithModel("byte_fallback", true).With("normalizer", Llama2Normalizer).With("decoder", Llama2Decoder).Add(263, "<s>", special: true)
            .With("post_processor", """
                {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
                "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"<s>":{"id":"<s>","ids":[263],"tokens":["<s>"]}}}
                """).Parse("""{"bos_token": "<s>"}""");

    private static string Bare(string text) => string.Concat(text.Where(character => !char.IsWhiteSpace(character)));

    private static string Learnt(Tokenizer tokenizer, TokenSequence sequence) =>
        tokenizer.Decode([.. sequence.Ids.Where((_, i) => sequence.IsTarget(i))], skipSpecialTokens: false);
}
