using System.Runtime.InteropServices;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Generation;

/// <summary>Runs a long prompt through libtorch, whose products of large matrices are the fastest there are, and hands keys and values over to the managed decoder.</summary>
internal sealed unsafe class PromptPass(CausalModel model, bool single) : IDisposable
{
    /// <summary>Tokens from which on libtorch is faster than the managed loops.</summary>
    public const int Worthwhile = 128;

    // So many tokens at a time, so that a long prompt can be interrupted.
    private const int Piece = 512;
    private KeyValueCache? _cache;

    /// <summary>Whether libtorch computes in the decoder's type, from weights that it can read. In bf16 many machines have no fast products.</summary>
    public bool Fits => single && model.Context.ScalarType == ScalarType.Float32;

    /// <summary>Runs a prompt from the beginning of a sequence.</summary>
    /// <param name="ids">The prompt.</param>
    /// <param name="memory">Takes the keys and values; it must be empty.</param>
    /// <param name="scores">Takes the scores of the next token, [vocabulary].</param>
    /// <param name="stop">Ends early, with fewer tokens in memory and meaningless scores.</param>
    public void Run(int[] ids, KeyValueRows memory, Span<float> scores, CancellationToken stop)
    {
        using IDisposable noGrad = no_grad();
        CausalConfig config = model.Config;
        _cache = new KeyValueCache(config.Layers, 1, config.KeyValueHeads, ids.Length, config.HeadWidth, ScalarType.Float32, CPU);
        for (int start = 0; start < ids.Length && !stop.IsCancellationRequested; start += Piece)
        {
            using DisposeScope piece = NewDisposeScope();
            int count = Math.Min(Piece, ids.Length - start);
            AttentionScope attention = new(TorchDecoder.Positions([0], start, count), start == 0 ? null : TorchDecoder.Mask([0], start, count, CPU), _cache);
            Tensor hidden = model.Hidden(tensor(ids.Skip(start).Take(count).Select(id => (long)id).ToArray(), [1, count]), attention);
            if (start + count == ids.Length)
            {
                Tensor logits = model.Logits(hidden.narrow(1, count - 1, 1)).contiguous(); // [1, 1, vocabulary]
                MemoryMarshal.Cast<byte, float>(logits.bytes).CopyTo(scores);
            }
        }

        memory.Reserve(_cache.Length);
        for (int layer = 0; layer < config.Layers; layer++)
        {
            Copy(_cache.Keys(layer), memory.Keys(layer), config);
            Copy(_cache.Values(layer), memory.Values(layer), config);
        }

        memory.Length = _cache.Length;
        Dispose();
    }

    public void Dispose()
    {
        _cache?.Dispose();
        _cache = null;
    }

    /// <summary>From [1, heads, capacity, head width] to [time, heads * head width].</summary>
    private void Copy(Tensor source, float* target, CausalConfig config)
    {
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(source.bytes);
        int width = config.HeadWidth, heads = config.KeyValueHeads;
        for (int time = 0; time < _cache!.Length; time++)
        {
            for (int head = 0; head < heads; head++)
            {
                values.Slice(((head * _cache.Capacity) + time) * width, width).CopyTo(new Span<float>(target + ((((nint)time * heads) + head) * width), width));
            }
        }
    }
}
