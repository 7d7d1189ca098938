using System.Numerics.Tensors;
using Palimpsest.Models.Families;
using Palimpsest.Models.Layers;
using Palimpsest.Torch;
using Palimpsest.Torch.Packed;

namespace Palimpsest.Models.Generation;

/// <summary>The attention of the managed decoder: each column of a pass belongs to a sequence, stands at a position of it, and sees the keys and values up to
/// there.</summary>
internal sealed unsafe class LlamaAttention
{
    private readonly LlamaConfig _config;
    private readonly DecoderBuffers _buffers;
    private readonly KeyValueRows[] _memory;
    private readonly RotaryEmbedding _rotary;
    private readonly int[] _sequenceOf;
    private readonly int[] _positionOf;
    private readonly int _capacity;
    private readonly int _products;
    private float[] _cosine = [], _sine = [];

    /// <param name="config">The shape.</param>
    /// <param name="buffers">Where queries, keys and values are, and the results go.</param>
    /// <param name="memory">Keys and values of each sequence.</param>
    /// <param name="columns">Most columns of a pass.</param>
    /// <param name="capacity">Most tokens of a sequence.</param>
    /// <param name="products">Floats at the beginning of a thread's room that products take.</param>
    public LlamaAttention(LlamaConfig config, DecoderBuffers buffers, KeyValueRows[] memory, int columns, int capacity, int products)
    {
        (_config, _buffers, _memory, _capacity, _products) = (config, buffers, memory, capacity, products);
        _rotary = new RotaryEmbedding(config.HeadWidth, config.RopeTheta, config.RopeScaling);
        _sequenceOf = new int[columns];
        _positionOf = new int[columns];
    }

    private int QueryWidth => _config.Heads * _config.HeadWidth;

    private int KeyWidth => _config.KeyValueHeads * _config.HeadWidth;

    /// <summary>Floats of a thread's room that scores take.</summary>
    public static nint Room(LlamaConfig config, int capacity) => (nint)(config.Heads / config.KeyValueHeads) * capacity;

    /// <summary>The sequence of a column.</summary>
    public int SequenceOf(int column) => _sequenceOf[column];

    /// <summary>Puts a column at a position of a sequence, and makes room for its key and value.</summary>
    public void Place(int column, int sequence, int position)
    {
        (_sequenceOf[column], _positionOf[column]) = (sequence, position);
        _memory[sequence].Reserve(position + 1);
    }

    /// <summary>Prepares the turns of the first columns.</summary>
    public void Begin(int columns) => (_cosine, _sine) = _rotary.Tables(TensorPrimitives.Max<int>(_positionOf.AsSpan(0, columns)) + 1);

    /// <summary>Counts the tokens of the first columns as seen.</summary>
    public void End(int columns)
    {
        for (int column = 0; column < columns; column++)
        {
            _memory[_sequenceOf[column]].Length = _positionOf[column] + 1;
        }
    }

    /// <summary>Multiplications of a column, in the mean.</summary>
    public long Work(int columns)
    {
        long keys = 0;
        for (int column = 0; column < columns; column++)
        {
            keys += _positionOf[column] + 1;
        }

        return 2L * keys * QueryWidth / columns;
    }

    /// <summary>Turns queries and keys and puts keys and values into the memories. The scale of the attention goes into the queries.</summary>
    public void Remember(int layer, int columns)
    {
        int half = _config.HeadWidth / 2;
        float scale = (float)(1.0 / Math.Sqrt(_config.HeadWidth));
        for (int column = 0; column < columns; column++)
        {
            int position = _positionOf[column];
            ReadOnlySpan<float> cos = _cosine.AsSpan(position * half, half), sin = _sine.AsSpan(position * half, half);
            KeyValueRows memory = _memory[_sequenceOf[column]];
            float* keys = memory.Keys(layer) + ((nint)position * KeyWidth);
            Rotate(_buffers.Query + ((nint)column * QueryWidth), _config.Heads, cos, sin, scale);
            new ReadOnlySpan<float>(_buffers.Key + ((nint)column * KeyWidth), KeyWidth).CopyTo(new Span<float>(keys, KeyWidth));
            Rotate(keys, _config.KeyValueHeads, cos, sin, 1);
            new ReadOnlySpan<float>(_buffers.Value + ((nint)column * KeyWidth), KeyWidth)
                .CopyTo(new Span<float>(memory.Values(layer) + ((nint)position * KeyWidth), KeyWidth));
        }
    }

    /// <summary>A part of the columns' heads: weights of the keys, and the mixture of the values.</summary>
    public void Attend(int layer, int columns, int lane, int part, int parts)
    {
        int shared = _config.Heads / _config.KeyValueHeads, width = _config.HeadWidth, all = columns * _config.KeyValueHeads;
        float* products = _buffers.Of(lane), scores = products + _products;
        for (int item = (int)((long)all * part / parts); item < (int)((long)all * (part + 1) / parts); item++)
        {
            (int column, int head) = (item / _config.KeyValueHeads, item % _config.KeyValueHeads);
            KeyValueRows memory = _memory[_sequenceOf[column]];
            int length = _positionOf[column] + 1;
            nint queries = ((nint)column * QueryWidth) + (head * shared * width);
            byte* keys = (byte*)(memory.Keys(layer) + (head * width));
            RowProducts.Multiply(
                RowFormat.F32, keys, (nint)KeyWidth * sizeof(float), width, 0, length, _buffers.Query + queries, shared, scores, _capacity, products);
            for (int i = 0; i < shared; i++)
            {
                FastMath.Softmax(new Span<float>(scores + ((nint)i * _capacity), length));
                RowProducts.Mix(
                    memory.Values(layer) + (head * width), KeyWidth, width, scores + ((nint)i * _capacity), length,
                    _buffers.Mixed + queries + (i * width));
            }
        }
    }

    private static void Rotate(float* x, int heads, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin, float scale)
    {
        int half = cos.Length;
        for (int head = 0; head < heads; head++, x += 2 * half)
        {
            for (int i = 0; i < half; i++)
            {
                float a = x[i], b = x[half + i];
                x[i] = ((a * cos[i]) - (b * sin[i])) * scale;
                x[half + i] = ((b * cos[i]) + (a * sin[i])) * scale;
            }
        }
    }
}
