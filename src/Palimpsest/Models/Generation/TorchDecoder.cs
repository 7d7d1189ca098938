using System.Runtime.InteropServices;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Generation;

/// <summary>Decodes any model with libtorch: one batch, shorter prompts padded on the left and masked.</summary>
internal sealed class TorchDecoder : ISequenceDecoder
{
    private readonly CausalModel _model;
    private readonly KeyValueCache _cache;
    private readonly int[] _padding;
    private float[] _scores = [];

    public TorchDecoder(CausalModel model, int sequences, int capacity)
    {
        _model = model;
        _padding = new int[sequences];
        CausalConfig config = model.Config;
        _cache = new KeyValueCache(config.Layers, sequences, config.KeyValueHeads, capacity, config.HeadWidth, model.Context.ScalarType, model.Context.Device);
    }

    public int Length => _cache.Length;

    public ReadOnlySpan<float> Begin(IReadOnlyList<int[]> tokens, CancellationToken stop)
    {
        int longest = tokens.Max(ids => ids.Length);
        long[] input = new long[tokens.Count * longest];
        for (int row = 0; row < tokens.Count; row++)
        {
            _padding[row] = _cache.Length == 0 ? longest - tokens[row].Length : _padding[row];
            for (int i = 0; i < tokens[row].Length; i++)
            {
                input[(row * longest) + longest - tokens[row].Length + i] = tokens[row][i];
            }
        }

        return Run(input, longest);
    }

    public ReadOnlySpan<float> Step(scoped ReadOnlySpan<int> tokens, scoped ReadOnlySpan<bool> finished)
    {
        long[] input = new long[tokens.Length];
        for (int row = 0; row < input.Length; row++)
        {
            input[row] = tokens[row];
        }

        return Run(input, 1);
    }

    public void Truncate(int length) => _cache.Truncate(length);

    public void Dispose() => _cache.Dispose();

    private ReadOnlySpan<float> Run(long[] input, int width)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope step = NewDisposeScope();
        Tensor ids = tensor(input, [_padding.Length, width], device: _model.Context.Device);
        bool masked = _padding.Any(count => count > 0) || (_cache.Length > 0 && width > 1);
        AttentionScope attention = new(Positions(_padding, _cache.Length, width), masked ? Mask(_padding, _cache.Length, width, _model.Context.Device) : null, _cache);
        Tensor hidden = _model.Hidden(ids, attention).narrow(1, width - 1, 1); // [batch, 1, width]
        Tensor logits = _model.Logits(hidden).to(CPU).contiguous(); // [batch, 1, vocabulary]
        ReadOnlySpan<float> scores = MemoryMarshal.Cast<byte, float>(logits.bytes);
        if (_scores.Length != scores.Length)
        {
            _scores = new float[scores.Length];
        }

        scores.CopyTo(_scores);
        return _scores;
    }

    /// <summary>Positions count from the first real token of each row.</summary>
    internal static int[] Positions(int[] padding, int past, int width)
    {
        int[] positions = new int[padding.Length * width];
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = Math.Max(0, past + (i % width) - padding[i / width]);
        }

        return positions;
    }

    /// <summary>[batch, 1, width, past + width]: a token sees the real tokens up to itself.</summary>
    internal static Tensor Mask(int[] padding, int past, int width, Device device)
    {
        int keys = past + width;
        float[] mask = new float[padding.Length * width * keys];
        for (int row = 0; row < padding.Length; row++)
        {
            for (int query = 0; query < width; query++)
            {
                for (int key = 0; key < keys; key++)
                {
                    mask[(((row * width) + query) * keys) + key] = key < padding[row] || key > past + query ? AttentionScope.Hidden : 0f;
                }
            }
        }

        return tensor(mask, [padding.Length, 1, width, keys], device: device);
    }
}
