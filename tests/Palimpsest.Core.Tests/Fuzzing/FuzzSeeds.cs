using System.Text;
using System.Text.Json.Nodes;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Frames;
using Palimpsest.Tests.Data.Gguf;
using Palimpsest.Tests.Text;
using Parquet;
using Parquet.Schema;

namespace Palimpsest.Tests.Fuzzing;

/// <summary>Small valid inputs of each format, and words that its reader knows.</summary>
internal static class FuzzSeeds
{
    public static IReadOnlyList<string> IndexWords { get; } = ["dtype", "shape", "data_offsets", "__metadata__", "F32", "BF16", "I64", "BOOL", "weight_map", "1.safetensors", "2.safetensors", "a", "c", "../1.safetensors"];

    public static IReadOnlyList<byte[]> Index { get; } = [Bytes("""{"metadata":{"total_size":24},"weight_map":{"a":"1.safetensors","b":"1.safetensors","c":"2.safetensors"}}""")];

    public static IReadOnlyList<string> GgufWords { get; } = ["GGUF", "general.alignment", "split.count", "tokenizer.ggml.merges", "<0x41>", "\u2581", "\0\0\0\0", "\uffff", "llama"];

    public static IReadOnlyList<byte[]> Gguf { get; } =
    [
        Model().Add("tokenizer.ggml.model", "gpt2").Add("tokenizer.ggml.pre", "smollm").Add("tokenizer.ggml.tokens", "a", "b", "ab").Add("tokenizer.ggml.merges", ["a b"]).Add("tokenizer.chat_template", "{{ messages }}")
            .Tensor("blk.0.attn_q.weight", [32, 1], 8, new byte[34]).ToArray(),
        Model().Add("tokenizer.ggml.model", "llama").Add("tokenizer.ggml.tokens", "<unk>", "a", "ab").Add("tokenizer.ggml.scores", 0f, -1f, -2f).Add("tokenizer.ggml.token_type", 2, 1, 1)
            .Add("tokenizer.ggml.bos_token_id", 1u).Add("tokenizer.ggml.add_bos_token", true).Add("llama.rope.scaling.type", "linear").Add("llama.rope.scaling.factor", 4f).Tensor("output.weight", [256, 1], 12, new byte[144]).ToArray(),
    ];

    public static IReadOnlyList<string> TokenizerWords { get; } =
    [
        "NFC", "NFKD", "Lowercase", "Strip", "Replace", "Prepend", "BertNormalizer", "Precompiled", "Nmt", "Sequence", "Split", "Digits", "Punctuation", "Whitespace", "Metaspace", "ByteLevel", "FixedLength", "ByteFallback", "Fuse", "WordPiece",
        "BPEDecoder", "TemplateProcessing", "RobertaProcessing", "BPE", "Unigram", "WordLevel", "(a+)+$", "(a|aa)*b", "[^\\s\\p{L}]{1,1000}", "(?=a)(?!b)", "((((a{99}){99}){99}){99})", "\\p{Lu}", "(?i:a)", "$A", "\u2581", "<0x0A>", "##", "Isolated", "always",
    ];

    public static IReadOnlyList<byte[]> Tokenizers { get; } =
    [
        Bytes(TinyTokenizer.Bytes("a b", "ab c").Add(300, "<s>", special: true).With("post_processor", """{"type":"BertProcessing","cls":["<s>",300],"sep":["<s>",300]}""").Json),
        Bytes(TinyTokenizer.Of("a b c ab abc", "a b", "ab c").WithModel("continuing_subword_prefix", "").WithModel("fuse_unk", true).WithModel("unk_token", "a").Add(9, " x", left: true, word: true, normalized: true)
            .With("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s+(?!\\S)|\\s+"},"behavior":"Isolated","invert":false},{"type":"Digits","individual_digits":true},{"type":"FixedLength","length":3}]}""").Json),
        Bytes(TinyTokenizer.Of("<unk> \u2581 a b \u2581a <0x41> <0x0A>", "\u2581 a").WithModel("byte_fallback", true).WithModel("unk_token", "<unk>")
            .With("normalizer", """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""")
            .With("decoder", """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""")
            .With("post_processor", """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}}""").Json),
        Bytes(TinyTokenizer.Of("[UNK] a ##b ##c").WithModel("type", "WordPiece").Without("merges").WithModel("max_input_chars_per_word", 100)
            .With("normalizer", """{"type":"BertNormalizer","clean_text":true,"lowercase":true}""").With("pre_tokenizer", """{"type":"BertPreTokenizer"}""").With("decoder", """{"type":"WordPiece","prefix":"##","cleanup":true}""").Json),
        Bytes(TinyTokenizer.Of("[UNK] a b").WithModel("type", "WordLevel").Without("merges").WithModel("unk_token", "[UNK]")
            .With("normalizer", """{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Lowercase"},{"type":"StripAccents"},{"type":"Strip","strip_left":true,"strip_right":true},{"type":"Nmt"}]}""").With("pre_tokenizer", """{"type":"Whitespace"}""").Json),
        Bytes(TinyTokenizer.Of("a").Without("merges").WithModel("type", "Unigram").WithModel("unk_id", 0).WithModel("vocab", JsonNode.Parse("""[["<unk>",0],["a",-1],["ab",-2.5],["▁",-3]]"""))
            .With("normalizer", """{"type":"Sequence","normalizers":[{"type":"Precompiled","precompiled_charsmap":"CAAAAAAEAAAAAAAAYQA="},{"type":"Replace","pattern":{"Regex":"(a|b)+ {2,}"},"content":" "}]}""")
            .With("pre_tokenizer", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""").With("decoder", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always"}""").Json),
    ];

    public static byte[] Llama2cTokenizer { get; } =
        [.. BitConverter.GetBytes(9), .. new[] { "<unk>", "\n<s>\n", "\n</s>\n", "<0x0A>", " a", "a", "b", "ab" }.SelectMany((token, i) => (byte[])[.. BitConverter.GetBytes((float)-i), .. BitConverter.GetBytes(token.Length), .. Bytes(token)])];

    public static IReadOnlyList<string> TemplateWords { get; } =
    [
        "{%", "%}", "{{", "}}", "{#", "-%}", "{% for x in range(99999999) %}", "{% endfor %}", "{% if ", "{% endif %}", "{% else %}", "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}", "{% set x = x ~ x %}", "{% set x = [x, x] %}", "{% raw %}", "loop.cycle(1, 2)",
        "namespace(a=1)", "'a' * 99999999", "[1] * 99999999", "2 ** 99999999", "9 ** 9 ** 9", "'%99999999d' % 1", "'{:>99999999}'.format(1)", "|tojson", "|join", "|replace('', 'aaaa')", "|indent(99999999)", "|center(99999999)", "|batch(0)", "|slice(0)", "|round(-999)",
        "|sort", "|map('upper')", "|selectattr('a')", "|groupby('role')", "|int", "|float", "|list", "|string", "|safe", ".split('')", "[::0]", "[9:-9:-1]", "messages", "tools", "// 0", "% 0", "1e999", "raise_exception('x')", "strftime_now('%Y')", "not in", "is defined", "((((((((", "[[[[[[[[", "loop.previtem", "self", "caller()",
    ];

    public static IReadOnlyList<byte[]> Templates { get; } =
    [
        Bytes("{% for m in messages %}{{- '<' + m.role + '>' ~ m['content'] | trim | replace('a', 'b') -}}{% if loop.last and not m.x is defined %}{{ loop.index0 % 2 }}{% endif %}{% endfor %}"),
        Bytes("{% macro m(a, b=2) %}{{ a * b }}{{ varargs }}{% endmacro %}{% set n = namespace(x=1) %}{% set n.x = m(n.x, 3, 4) %}{{ n.x[1:-1:2] | tojson(indent=2) }}{{ '%s %05d' % ('a', 7) }}"),
        Bytes("{%- set xs = [3, 1, 2] | sort(reverse=true) -%}{{ xs | map('string') | join(', ') }}{{ {'k': (1, 2.5e3)} }}{# c #}{% raw %}{{ }}{% endraw %}{{ 'x' if xs is iterable else \"y\".split()[0] }}"),
        Bytes("{{ bos_token }}{% for t in tools or [] if t.role != 'x' recursive %}{{ loop.index ~ t | tojson }}{% else %}{% endfor %}{{ messages | selectattr('role', 'equalto', 'user') | list | length }}{{ '{:>5}|{!r}'.format(1.5, 'a') }}{{ (2 ** 10 // 3) | string | indent(2) | upper }}"),
        Bytes("{% set ns = namespace(s='') %}{% for i in range(3) %}{% set ns.s = ns.s ~ i %}{% if i == 1 %}{% continue %}{% endif %}{% endfor %}{{ ns.s | wordcount }}{{ messages[-1].content.startswith(('é', 'b')) }}{{ messages | groupby('role') | list | length }}{% filter upper %}a{% endfilter %}{{ 7.25 | round(1) }}{{ 'a b' | title | center(9) }}"),
    ];

    public static IReadOnlyList<string> JsonlWords { get; } = ["\"text\"", "\"prompt\"", "\"completion\"", "\"owner\"", "\"messages\"", "\"role\"", "\"content\"", "\\ud800", "\\u0000", "\r\n", "\n\n", "\ufeff", "null", "{\"a\":", "[[[[[[[[[[[[[[[[", "1e999"];

    public static IReadOnlyList<byte[]> Jsonl { get; } =
    [
        Bytes("{\"text\": \"one é\", \"owner\": \"o\"}\n{\"text\": \"two\", \"owner\": \"p\"}\r\n\n{\"text\": \"three\"}\n"),
        Bytes("{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}, {\"role\": \"assistant\", \"content\": \"y\"}], \"owner\": \"o\"}\n"),
    ];

    public static IReadOnlyList<string> CsvWords { get; } = ["\"", "\"\"", ",", "\t", "\r", "\n", "\r\n", "text", "owner", "prompt", "\ufeff", "\0", "messages", "[{\"role\":\"user\"}]"];

    public static IReadOnlyList<byte[]> Csv { get; } = [Bytes("text,owner\none,o\n\"two, \"\"x\"\"\nthree\",p\r\nfour,\n"), Bytes("prompt,completion,owner\na,b,o\nc,\"d\",p\n")];

    public static byte[] Passages { get; } = Bytes("""{"question":"who","ctxs":[{"title":"no","text":"no"},{"title":"A","text":"b","isgold":true}]}""");

    public static IReadOnlyList<string> TrecWords { get; } = ["<doc>", "</doc>", "<docno>", "</docno>", "<text>", "</text>", "&amp;", "&#x41;", "&#99999999;", "<!DOCTYPE x [<!ENTITY a \"aaaa\">]>", "&a;", "<![CDATA[", "]]>", "<!--", "-->", "<?xml version=\"1.0\"?>"];

    public static byte[] Trec { get; } = Bytes("<doc>\n<docno>a1</docno><title>wing &amp; tail</title><text>of a\nplane</text></doc><DOC><docno>a2</docno><text>flow</text></DOC>");

    public static byte[] TrecQueries { get; } = Bytes("<xml><top><num> 7</num><title>\nplane\n</title></top></xml>");

    public static byte[] Judgements { get; } = Bytes("7 0 a1 3\n7 0 a2 -1\n");

    public static byte[] Metrics { get; } = Bytes("{\"step\":1,\"loss\":2.5}\n{\"step\":2,\"loss\":1e-3,\"accuracy\":0.5}\n");

    public static BitMask FrameMask { get; } = TopK.Mask(FrameVector, 23);

    public static IReadOnlyList<byte[]> Frames { get; } =
    [
        .. Enum.GetValues<ValueCodec>().Select(codec => VectorFrame.Encode(FrameVector, null, false, new() { Values = codec })),
        .. Enum.GetValues<IndexCodec>().Select(codec => VectorFrame.Encode(FrameVector, FrameMask, false, new() { Indices = codec })),
        VectorFrame.Encode(FrameVector, FrameMask, true, new() { Values = ValueCodec.Int4, Block = 5 }),
    ];

    public static byte[] TokenizerConfig { get; } =
        Bytes("""{"bos_token":"<s>","eos_token":{"content":"</s>","special":true},"add_bos_token":true,"chat_template":[{"name":"default","template":"{{ bos_token }}{{ messages[0].content }}"},{"name":"tool_use","template":"x"}],"model_max_length":1e30}""");

    public static byte[] Parquet { get; } = Task.Run(WriteParquet).GetAwaiter().GetResult();

    public static IReadOnlyList<string> RecipeWords { get; } =
        ["schema: 1", "kind:", "train:", "steps", "{", "}", "[", "]", "- ", ": ", "&a", "*a", "!!int", "---", "|", ">", "\"", "'", "${PALIMPSEST_DATA}", "${", "# ", "\t", "<<: ", "? ", "% ", "@", "`", "~", "until: '>= 5'", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "{a: {a: {a: {a: {a: "];

    public static IReadOnlyList<byte[]> Recipes { get; } =
    [
        Bytes("schema: 1\nkind: sample\nseed: 9\nseeds: [1, 2, 3]\nmodel: base-v1\ntrain:\n  steps: 2000\n  learning_rate: 1e-3\n  dropout: 0.1\n  shuffle: false\n  schedule: constant\n  limit: 1000\n  until: \"<= 0.5\"\narms:\n  - name: local\n  - { name: sift-masks, note: null, options: { owners: 64 } }\nweights: { facts: 0.5, general: 2 }\nnotes: [yes, \"a: b\"]\n"),
        Bytes("schema: 1\nkind: sample\nmodel: |\n  a\n  b\nnotes:\n  - >-\n    x\n  - 'y''z'\nclaims:\n  - id: better\n    says: \"a < b\"\n    metric: accuracy\n    compare: { arm: local, as: value }\n    holds_if: { value: \">= 0.5\" }\n"),
    ];

    /// <summary>A file with a 2 x 1 tensor of each name.</summary>
    public static byte[] Safetensors(params string[] names)
    {
        string header = $$"""{"__metadata__":{"format":"pt"},{{string.Join(',', names.Select((name, i) => $"\"{name}\":{{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[{i * 8},{(i + 1) * 8}]}}"))}}}""";
        return [.. BitConverter.GetBytes((long)header.Length), .. Bytes(header), .. new byte[8 * names.Length]];
    }

    private static GgufBytes Model() => new GgufBytes().Add("general.architecture", "llama").Add("llama.context_length", 64u).Add("llama.embedding_length", 8u).Add("llama.block_count", 2u)
        .Add("llama.feed_forward_length", 24u).Add("llama.attention.head_count", 4u).Add("llama.attention.layer_norm_rms_epsilon", 1e-5f).Tensor("token_embd.weight", [8, 3], 0, new byte[96]);

    private static async Task<byte[]> WriteParquet()
    {
        DataField text = new DataField<string>("text");
        using MemoryStream stream = new();
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(text), stream))
        {
            using ParquetRowGroupWriter rows = writer.CreateRowGroup();
            await rows.WriteAsync(text, (string?[])["plain", "other", null]);
        }

        return stream.ToArray();
    }

    private static float[] FrameVector => [.. Enumerable.Range(0, 150).Select(i => MathF.Sin(i))];

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
