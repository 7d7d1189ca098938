using System.Text;
using System.Text.Json;
using Palimpsest.Common;
using Palimpsest.Text;
using Palimpsest.Text.Templates;

namespace Palimpsest.Tests.Text;

/// <summary>Templates written here, rendered by hand; and what a template must not do.</summary>
public sealed class ChatTemplateTests
{
    private const string Plain = "{{ bos_token }}{% for m in messages %}\n<{{ m.role }}>{{ m['content'] | trim }}</>\n{% endfor %}\n{% if add_generation_prompt %}<assistant>{% endif %}";
    private static readonly ChatMessage[] s_messages = [new("user", " Hi "), new("assistant", "Ho")];

    [Fact]
    public void Render_Messages_WritesTurnsAndPrompt()
    {
        ChatTemplate template = ChatTemplate.Parse(Plain, new Dictionary<string, string> { ["bos_token"] = "^" });
        Assert.Equal("^<user>Hi</>\n<assistant>Ho</>\n<assistant>", template.Render(s_messages));
        Assert.Equal("^<user>Hi</>\n<assistant>Ho</>\n", template.Render(s_messages, addGenerationPrompt: false));
    }

    [Fact]
    public void Render_ContinueFinalMessage_EndsAfterItsContent()
    {
        ChatRequest request = new() { Messages = JsonSerializer.SerializeToElement(new[] { new { role = "assistant", content = "One, two, " } }), AddGenerationPrompt = false, ContinueFinalMessage = true };
        Assert.Equal("<assistant>One, two,", ChatTemplate.Parse(Plain).Render(request).Text);
        Assert.Throws<PalimpsestException>(() => ChatTemplate.Parse(Plain).Render(request with { AddGenerationPrompt = true }));
        Assert.Throws<PalimpsestException>(() => ChatTemplate.Parse("x").Render(request));
    }

    [Fact]
    public void Render_GenerationBlock_GivesTheRangesOfTheAssistant()
    {
        ChatTemplate template = ChatTemplate.Parse("{% for m in messages %}[{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.content }}{% endif %}]{% endfor %}");
        RenderedChat chat = template.Render(new ChatRequest { Messages = JsonSerializer.SerializeToElement(s_messages.Select(message => new { role = message.Role, content = message.Content })) });
        Assert.Equal("[ Hi ][Ho]", chat.Text);
        Assert.Equal(7..9, Assert.Single(chat.AssistantSpans));
    }

    [Theory]
    [InlineData("{{ 7 // -2 }} {{ -7 % 3 }} {{ 2 ** 3 ** 2 }} {{ 1e16 }} {{ 1e-7 }} {{ 10 / 4 }}", "-4 2 64 1e+16 1e-07 2.5")]
    [InlineData("{{ [1, 2.0, 'a', none, true, (1,), {'k': \"it's\"}] }}", "[1, 2.0, 'a', None, True, (1,), {'k': \"it's\"}]")]
    [InlineData("{{ {'a': [1, 'é'], 'b': none} | tojson }}", "{\"a\": [1, \"é\"], \"b\": null}")]
    [InlineData("{% set n = namespace(i=0) %}{% for x in [3, 4] %}{% set n.i = n.i + x %}{% endfor %}{{ n.i }}", "7")]
    [InlineData("{% set i = 0 %}{% for x in [3, 4] %}{% set i = i + x %}{% endfor %}{{ i }}", "0")]
    [InlineData("{% macro m(a, b=2) %}{{ a }}{{ b }}{{ caller() if caller }}{% endmacro %}{{ m(1) }}{% call m(3) %}!{% endcall %}", "1232!")]
    [InlineData("{% for x in range(5) if x is odd %}{{ loop.index }}:{{ x }}{{ ', ' if not loop.last }}{% else %}none{% endfor %}", "1:1, 2:3")]
    [InlineData("{{ 'a😀b'[::-1] }} {{ 'a😀b' | length }} {{ ('x', 'y') | join('-') | upper }}", "b😀a 3 X-Y")]
    [InlineData("{{ missing }}|{{ missing | default('d') }}|{{ messages[0].nothing is defined }}", "|d|False")]
    [InlineData("  {% if true %}\n  a\n  {% endif %}\nb {#- c -#}\n d", "  a\nbd")]
    public void Render_Expressions_EqualPython(string template, string text) => Assert.Equal(text, ChatTemplate.Parse(template).Render(s_messages));

    [Theory]
    [InlineData("a\n{% include 'x' %}", "chat template line 2: the tag \"include\" is not supported here; supported: if, for,")]
    [InlineData("{{ 1 | random }}", "line 1: the filter \"random\" is not supported; supported: abs,")]
    [InlineData("{{ 1 is odder }}", "the test \"odder\" is not supported; supported: ")]
    [InlineData("{% if x %}\n\n", "the block \"if\" of line 1 has no end")]
    [InlineData("{{ 'a", "the string has no end")]
    [InlineData("{{ a ? b }}", "the character \"?\" is not expected here")]
    [InlineData("\n\n{{ nothing.x }}", "chat template line 3: 'nothing' is undefined.")]
    [InlineData("{{ 'a' + 1 }}", "can only concatenate str (not \"int\") to str")]
    [InlineData("{{ '%d' % (1e308 * 10) }}", "cannot convert float infinity to integer")]
    [InlineData("{{ messages.append(1) }}", "access to attribute 'append' of 'list' object is unsafe")]
    [InlineData("{{ raise_exception('no system role') }}", "chat template refuses these messages: no system role")]
    public void Render_WhatIsNotUnderstoodOrWrong_IsNamed(string template, string message) =>
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => ChatTemplate.Parse(template).Render(s_messages)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "nested too deeply")]
    [InlineData("{% set n = namespace(s='ab') %}{% for a in range(100) %}{% set n.s = n.s + n.s %}{% endfor %}", "keeps growing")]
    [InlineData("{% set n = namespace(s=[1]) %}{% for a in range(100) %}{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s }}", "")]
    [InlineData("{{ 'a' * 10 ** 12 }}", "keeps growing")]
    [InlineData("{{ 10 ** (10 ** 10) }}", "4096 bits")]
    [InlineData("{{ '%999999999d' % 1 }}", "a width or precision")]
    [InlineData("{{ 'aaaa' | replace('a', 'b' * 1000000) | replace('b', 'c' * 1000) }}", "keeps growing")]
    public void Render_TemplateWithoutEnd_IsStopped(string template, string message) =>
        Assert.Contains(message, Assert.Throws<PalimpsestException>(() => ChatTemplate.Parse(template).Render(s_messages)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_DeepNesting_IsAnErrorAndNoStackOverflow()
    {
        Assert.Throws<PalimpsestException>(() => ChatTemplate.Parse("{{ " + new string('(', 200_000)));
        Assert.Throws<PalimpsestException>(() => ChatTemplate.Parse("{{ " + string.Concat(Enumerable.Repeat("not ", 200_000)) + "1 }}"));
        Assert.Throws<PalimpsestException>(() => ChatTemplate.Parse(string.Concat(Enumerable.Repeat("{% if 1 %}", 60_000))));
    }

    [Fact]
    public void Load_Folder_FindsTemplateTokensAndNames()
    {
        string folder = Directory.CreateTempSubdirectory("palimpsest-").FullName;
        string config = Path.Combine(folder, "tokenizer_config.json");
        Assert.Contains("there is no chat template", Assert.Throws<PalimpsestException>(() => ChatTemplate.Load(folder)).Message, StringComparison.Ordinal);
        Write(config, """{"eos_token":{"content":"$"},"chat_template":[{"name":"default","template":"d{{ eos_token }}"},{"name":"rag","template":"r"}]}""");
        Assert.Equal("d$", ChatTemplate.Load(folder).Render(s_messages));
        Assert.Equal("r", ChatTemplate.Load(folder, "rag").Render(s_messages));
        Assert.Contains("It has default, rag.", Assert.Throws<PalimpsestException>(() => ChatTemplate.Load(folder, "x")).Message, StringComparison.Ordinal);
        Write(Path.Combine(folder, "chat_template.jinja"), "own{{ eos_token }}");
        Assert.Equal("own$", ChatTemplate.Load(folder).Render(s_messages));
        File.Delete(Path.Combine(folder, "chat_template.jinja"));
        Write(config, """{"chat_template":7}""");
        Assert.Contains("chat_template must be a list", Assert.Throws<PalimpsestException>(() => ChatTemplate.Load(folder)).Message, StringComparison.Ordinal);
        Write(config, """{"chat_template":"x","bos_token":"<s>","\udc00":1}""");
        Assert.Contains("half of a surrogate pair", Assert.Throws<PalimpsestException>(() => ChatTemplate.Load(folder)).Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Load_TemplatesInFiles_StandInThePlaceOfAllOthers()
    {
        string folder = Directory.CreateTempSubdirectory("palimpsest-").FullName, more = Path.Combine(folder, "additional_chat_templates");
        string processor = Path.Combine(folder, "chat_template.json");
        Write(processor, """{"chat_template": "processor"}""");
        Assert.Equal("processor", ChatTemplate.Load(folder).Render(s_messages));
        Write(Path.Combine(folder, "tokenizer_config.json"),
            """{"chat_template": [{"name": "default", "template": "key"}, {"name": "tool_use", "template": "tools"}]}""");
        Assert.Contains("differ (default). Remove one", Assert.Throws<PalimpsestException>(() => ChatTemplate.Load(folder)).Message, StringComparison.Ordinal);
        File.Delete(processor);
        Assert.Equal(("key", "tools"), (WithTools(folder, tools: false), WithTools(folder, tools: true)));
        Write(Path.Combine(folder, "chat_template.jinja"), "own");
        Assert.Equal(("own", "own"), (WithTools(folder, tools: false), WithTools(folder, tools: true)));
        Directory.CreateDirectory(more);
        Write(Path.Combine(more, "tool_use.jinja"), "tools of a file");
        Write(Path.Combine(more, "rag.jinja"), "documents");
        Assert.Equal(("own", "tools of a file"), (WithTools(folder, tools: false), WithTools(folder, tools: true)));
        Assert.Equal("documents", ChatTemplate.Load(folder, "rag").Render(s_messages));
        Assert.Contains("It has rag, tool_use, default.",
            Assert.Throws<PalimpsestException>(() => ChatTemplate.Load(folder, "x")).Message, StringComparison.Ordinal);
        Write(Path.Combine(more, "tool_use.jinja"), "{% generation %}a{% endgeneration %}");
        Assert.Contains("Mark it in both", Assert.Throws<PalimpsestException>(() => ChatTemplate.Load(folder)).Message, StringComparison.Ordinal);
        AtomicFile.Write(Path.Combine(more, "tool_use.jinja"), stream => stream.Write([(byte)'x', 0xE9]));
        Assert.Contains("tool_use.jinja: it is not valid UTF-8",
            Assert.Throws<PalimpsestException>(() => ChatTemplate.Load(folder)).Message, StringComparison.Ordinal);
        Write(Path.Combine(more, "tool_use.jinja"), "tools of a file");

        // A tokenizer that is saved takes them along.
        string copy = Path.Combine(folder, "copy");
        Write(Path.Combine(folder, "tokenizer.json"), """{"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}""");
        Tokenizer.Load(folder).Save(copy);
        Assert.Equal(("own", "tools of a file"), (WithTools(copy, tools: false), WithTools(copy, tools: true)));
        Assert.Equal("documents", ChatTemplate.Of(Tokenizer.Load(copy), "rag")!.Render(s_messages));
        Directory.Delete(folder, recursive: true);

        static string WithTools(string folder, bool tools) => ChatTemplate.Load(folder).Render(new ChatRequest
        {
            Messages = JsonDocument.Parse("""[{"role": "user", "content": "x"}]""").RootElement,
            Tools = tools ? JsonDocument.Parse("[]").RootElement : null,
        }).Text;
    }

    private static void Write(string path, string text) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
