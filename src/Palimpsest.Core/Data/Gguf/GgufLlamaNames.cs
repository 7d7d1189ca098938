using System.Globalization;

namespace Palimpsest.Data.Gguf;

/// <summary>How a Llama model's tensors are called in GGUF files and by Hugging Face, and where their rows lie.</summary>
/// <remarks>
/// Besides other names there is one change of order: in GGUF files the two rotary halves of each head of the query and key projections, weights and biases, are interleaved to neighbouring pairs,
/// (2, d / 2) -> (d / 2, 2). Other architectures keep the halves.
/// </remarks>
public static class GgufLlamaNames
{
    /// <summary>The tensor of divisors of the rotary frequencies; it is no parameter but a setting.</summary>
    public const string RopeDivisors = "rope_freqs.weight";

    private static readonly (string Gguf, string HuggingFace)[] s_outer = [("token_embd", "model.embed_tokens"), ("output_norm", "model.norm"), ("output", "lm_head")];

    private static readonly (string Gguf, string HuggingFace)[] s_inner =
    [
        ("attn_norm", "input_layernorm"), ("attn_q", "self_attn.q_proj"), ("attn_k", "self_attn.k_proj"), ("attn_v", "self_attn.v_proj"), ("attn_output", "self_attn.o_proj"),
        ("ffn_norm", "post_attention_layernorm"), ("ffn_gate", "mlp.gate_proj"), ("ffn_up", "mlp.up_proj"), ("ffn_down", "mlp.down_proj"),
    ];

    /// <summary>The Hugging Face name of a tensor, such as <c>model.layers.3.self_attn.q_proj.weight</c> for <c>blk.3.attn_q.weight</c>; null for what is no parameter of a Llama model.</summary>
    public static string? ToHuggingFace(string name) => Map(name, "blk.", "model.layers.", item => (item.Gguf, item.HuggingFace));

    /// <summary>The other way round; null for what is no parameter of a Llama model.</summary>
    public static string? ToGguf(string name) => Map(name, "model.layers.", "blk.", item => (item.HuggingFace, item.Gguf));

    /// <summary>The number of heads whose rows are interleaved in this tensor, or null where rows keep their order.</summary>
    /// <param name="name">The tensor's name in the file.</param>
    /// <param name="settings">The model's settings.</param>
    public static int? InterleavedHeads(string name, GgufLlamaSettings settings)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(settings);
        return ToHuggingFace(name) is null ? null : name.Split('.') is ["blk", _, string role, _] ? role switch
        {
            "attn_q" => settings.HeadCount,
            "attn_k" => settings.KeyValueHeadCount,
            _ => null,
        }
        : null;
    }

    /// <summary>Where a row of the Hugging Face order lies in the file: of head h with d rows, row i of half s at h d + 2 i + s instead of h d + s d / 2 + i.</summary>
    /// <param name="row">The row, or element of a bias.</param>
    /// <param name="rows">Rows of the tensor.</param>
    /// <param name="heads">From <see cref="InterleavedHeads"/>.</param>
    /// <exception cref="PalimpsestException">The rows do not fall into so many heads of even size.</exception>
    public static long RowInFile(long row, long rows, int heads)
    {
        long size = heads > 0 ? rows / heads : 0;
        if (size == 0 || size % 2 != 0 || size * heads != rows)
        {
            throw new PalimpsestException($"{rows} rows do not fall into {heads} heads of an even size; the file's head counts do not fit its tensors.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, rows);
        long within = row % size;
        return row - within + (within % (size / 2) * 2) + (within / (size / 2));
    }

    private static string? Map(string name, string from, string to, Func<(string Gguf, string HuggingFace), (string From, string To)> way)
    {
        ArgumentNullException.ThrowIfNull(name);
        int dot = name.LastIndexOf('.');
        if (dot < 0 || name[dot..] is not (".weight" or ".bias"))
        {
            return null;
        }

        string stem = name[..dot], block = "";
        (string Gguf, string HuggingFace)[] table = s_outer;
        if (stem.StartsWith(from, StringComparison.Ordinal))
        {
            int end = stem.IndexOf('.', from.Length);
            if (end < 0 || !int.TryParse(stem.AsSpan(from.Length, end - from.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                || number.ToString(CultureInfo.InvariantCulture) != stem[from.Length..end])
            {
                return null;
            }

            block = to + stem[from.Length..(end + 1)];
            stem = stem[(end + 1)..];
            table = s_inner;
        }

        foreach ((string source, string target) in table.Select(way))
        {
            if (source == stem)
            {
                return block + target + name[dot..];
            }
        }

        return null;
    }
}
