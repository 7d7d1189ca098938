using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Lora;

/// <summary>What an adapter changes in the embedding: a low-rank update of all rows, s (B A)^T, or new rows for single tokens.</summary>
internal sealed class EmbeddingUpdate : IDisposable
{
    private readonly LoraModule? _module;
    private readonly Tensor? _a;
    private readonly Tensor? _b;
    private readonly Tensor? _rows;
    private readonly Tensor? _slots;

    /// <summary>A low-rank update.</summary>
    /// <param name="module">The embedding.</param>
    /// <param name="a">[rank, vocabulary], f32.</param>
    /// <param name="b">[width, rank], f32.</param>
    public EmbeddingUpdate(LoraModule module, Tensor a, Tensor b) => (_module, _a, _b) = (module, a, b);

    /// <summary>New rows.</summary>
    /// <param name="rows">[tokens, width], f32.</param>
    /// <param name="tokens">Their ids.</param>
    /// <param name="vocabulary">Rows of the embedding.</param>
    public EmbeddingUpdate(Tensor rows, IReadOnlyList<int> tokens, long vocabulary)
    {
        long[] slots = new long[vocabulary];
        Array.Fill(slots, -1);
        for (int i = 0; i < tokens.Count; i++)
        {
            slots[tokens[i]] = i;
        }

        _rows = rows;
        _slots = tensor(slots, device: rows.device).DetachFromDisposeScope();
    }

    /// <summary>Applies the update to the rows that were looked up.</summary>
    /// <param name="ids">int64, any shape.</param>
    /// <param name="found">[shape of ids, width]</param>
    /// <returns>Same shape and type.</returns>
    public Tensor Apply(Tensor ids, Tensor found)
    {
        if (_slots is not null)
        {
            Tensor slots = _slots.index_select(0, ids.reshape(-1)).view(ids.shape);
            Tensor rows = Kernels.Embedding(_rows!, slots.clamp_min(Scalars.Of(0L)));
            return where(slots.ge(Scalars.Of(0L)).unsqueeze(-1), rows.to_type(found.dtype), found);
        }

        Tensor low = Kernels.Embedding(_a!.t(), ids); // [shape of ids, rank]
        return Ops.Add(found, Ops.Scale(low.matmul(_b!.t()), _module!.Scale).to_type(found.dtype));
    }

    /// <summary>The weight with the update folded in. [vocabulary, width], f32.</summary>
    public Tensor Merged(Tensor weight)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor single = weight.to_type(ScalarType.Float32);
        if (_slots is not null)
        {
            Tensor found = Kernels.Embedding(_rows!, _slots.clamp_min(Scalars.Of(0L)));
            return where(_slots.ge(Scalars.Of(0L)).unsqueeze(-1), found, single).MoveToOuterDisposeScope();
        }

        return Ops.Add(single, Ops.Scale(_b!.mm(_a!).t(), _module!.Scale)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _slots?.Dispose();
}
