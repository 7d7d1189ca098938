using CsCheck;
using Palimpsest.Text;
using Palimpsest.Text.Templates;

namespace Palimpsest.Tests.Text;

/// <summary>Mutated files: either they work or they are refused with a <see cref="PalimpsestException"/>.</summary>
public sealed class TextFuzzTests
{
    private static readonly string[] s_files =
    [
        TinyTokenizer.Bytes("a b", "ab c").Add(258, "<s>", special: true).With("post_processor",
            """{"type":"BertProcessing","cls":["<s>",258],"sep":["<s>",258]}""").Json,
        TinyTokenizer.Of("[UNK] a ##b ##c").WithModel("type", "WordPiece").Without("merges").WithModel("max_input_chars_per_word", 100)
            .With("normalizer", """{"type":"BertNormalizer"}""").With("pre_tokenizer", """{"type":"BertPreTokenizer"}""").With("decoder", """{"type":"WordPiece","prefix":"##","cleanup":true}""").Json,
        TinyTokenizer.Of("a").Without("merges").WithModel("type", "Unigram").WithModel("unk_id", 0).WithModel("vocab", System.Text.Json.Nodes.JsonNode.Parse("""[["<unk>",0],["a",-1],["ab",-2.5]]"""))
            .With("normalizer", """{"type":"Sequence","normalizers":[{"type":"Precompiled","precompiled_charsmap":"CAAAAAAEAAAAAAAAYQA="},{"type":"Replace","pattern":{"Regex":"(a|b)+ {2,}"},"content":" "}]}""")
            .With("pre_tokenizer", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""").Json,
    ];

    private static readonly string[] s_templates =
    [
        "{% for m in messages %}{{- '<' + m.role + '>' ~ m['content'] | trim | replace('a', 'b') -}}{% if loop.last and not m.x is defined %}{{ loop.index0 % 2 }}{% endif %}{% endfor %}",
        "{% macro m(a, b=2) %}{{ a * b }}{{ varargs }}{% endmacro %}{% set n = namespace(x=1) %}{% set n.x = m(n.x, 3, 4) %}{{ n.x[1:-1:2] | tojson(indent=2) }}{{ '%s %05d' % ('a', 7) }}",
        "{%- set xs = [3, 1, 2] | sort(reverse=true) -%}{{ xs | map('string') | join(', ') }}{{ {'k': (1, 2.5e3)} }}{# c #}{% raw %}{{ }}{% endraw %}{{ 'x' if xs is iterable else \"y\".split()[0] }}",
    ];

    private static readonly Gen<(int What, int At, int Length, int Other)[]> s_changes = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 4000], Gen.Int[1, 12], Gen.Int[0, 4000]).Array[1, 4];

    [Fact]
    public void Parse_MutatedTokenizers_WorkOrAreRefused()
    {
        int loaded = 0;
        Gen.Select(Gen.Int[0, s_files.Length - 1], s_changes).Sample((file, changes) =>
        {
            try
            {
                Tokenizer tokenizer = Tokenizer.Parse(Mutate(s_files[file], changes));
                Interlocked.Increment(ref loaded);
                int[] ids = tokenizer.Encode("abc aab, Größe\n▁ 中 <s>");
                tokenizer.Decode(ids);
                tokenizer.EncodePair("a", "b");
            }
            catch (PalimpsestException)
            {
                // Refused with a message.
            }
        }, iter: 3_000);
        Assert.NotEqual(0, loaded);
    }

    [Fact]
    public void Render_MutatedTemplates_WorkOrAreRefused()
    {
        int rendered = 0;
        ChatMessage[] messages = [new("user", "aa b"), new("assistant", "é😀")];
        Gen.Select(Gen.Int[0, s_templates.Length - 1], s_changes).Sample((template, changes) =>
        {
            try
            {
                ChatTemplate.Parse(Mutate(s_templates[template], changes)).Render(messages);
                Interlocked.Increment(ref rendered);
            }
            catch (PalimpsestException)
            {
                // Refused with a message.
            }
        }, iter: 6_000);
        Assert.NotEqual(0, rendered);
    }

    // Cuts out, doubles, moves or overwrites a stretch.
    private static string Mutate(string text, (int What, int At, int Length, int Other)[] changes)
    {
        foreach ((int what, int at, int length, int other) in changes)
        {
            int start = at % text.Length, end = Math.Min(text.Length, start + length), place = other % text.Length;
            string part = text[start..end];
            text = what switch
            {
                0 => text.Remove(start, end - start),
                1 => text.Insert(place, part),
                2 => text.Remove(start, end - start).Insert(Math.Min(place, text.Length - (end - start)), part),
                _ => text.Remove(start, 1).Insert(start, "{}[]()\"'%-+*|.,:0919aZ \\"[other % 23].ToString()),
            };
            text = text.Length == 0 ? " " : text;
        }

        return text;
    }
}
