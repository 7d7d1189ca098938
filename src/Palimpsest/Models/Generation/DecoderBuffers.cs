using System.Runtime.InteropServices;
using Palimpsest.Models.Families;

namespace Palimpsest.Models.Generation;

/// <summary>The memory of a decoding: what the columns of a pass hold between its products. One block, each part of it aligned to a cache line.</summary>
internal sealed unsafe class DecoderBuffers : IDisposable
{
    private readonly float* _all;
    private readonly nint _lane;

    /// <param name="config">The shape.</param>
    /// <param name="columns">Most columns of a pass.</param>
    /// <param name="sequences">How many sequences have scores.</param>
    /// <param name="lanes">Threads.</param>
    /// <param name="scratch">Floats that each thread has for itself.</param>
    public DecoderBuffers(LlamaConfig config, int columns, int sequences, int lanes, nint scratch)
    {
        nint width = Aligned((nint)columns * config.HiddenSize), query = Aligned((nint)columns * config.Heads * config.HeadWidth);
        nint key = Aligned((nint)columns * config.KeyValueHeads * config.HeadWidth), inner = Aligned((nint)columns * config.IntermediateSize);
        nint scores = Aligned((nint)sequences * config.VocabularySize);
        _lane = Aligned(scratch);
        _all = (float*)NativeMemory.AlignedAlloc((nuint)((3 * width) + (2 * query) + (2 * key) + (2 * inner) + scores + (lanes * _lane)) * sizeof(float), 64);
        Residual = _all;
        Normed = Residual + width;
        Branch = Normed + width;
        Query = Branch + width;
        Mixed = Query + query;
        Key = Mixed + query;
        Value = Key + key;
        Gate = Value + key;
        Up = Gate + inner;
        Scores = Up + inner;
        Scratch = Scores + scores;
    }

    /// <summary>[columns, width]</summary>
    public float* Residual { get; }

    /// <summary>[columns, width]</summary>
    public float* Normed { get; }

    /// <summary>[columns, width]</summary>
    public float* Branch { get; }

    /// <summary>[columns, heads * head width]</summary>
    public float* Query { get; }

    /// <summary>As the query.</summary>
    public float* Mixed { get; }

    /// <summary>[columns, key-value heads * head width]</summary>
    public float* Key { get; }

    /// <summary>As the key.</summary>
    public float* Value { get; }

    /// <summary>[columns, inner]</summary>
    public float* Gate { get; }

    /// <summary>As the gate.</summary>
    public float* Up { get; }

    /// <summary>[sequences, vocabulary]</summary>
    public float* Scores { get; }

    private float* Scratch { get; }

    /// <summary>What a thread has for itself.</summary>
    public float* Of(int lane) => Scratch + (lane * _lane);

    public void Dispose() => NativeMemory.AlignedFree(_all);

    private static nint Aligned(nint floats) => (floats + 15) & ~15;
}
