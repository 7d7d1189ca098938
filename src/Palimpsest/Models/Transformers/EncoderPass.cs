using System.Runtime.InteropServices;
using Palimpsest.Models.Layers;
using Palimpsest.Torch;
using Palimpsest.Torch.Packed;

namespace Palimpsest.Models.Transformers;

/// <summary>Runs a plain f32 encoder on a CPU without libtorch, whose operations of a few tokens cost more than their arithmetic, and which orders the weights
/// anew at every product.</summary>
/// <remarks>
/// Texts lie one behind the other without padding, and every number is computed in the same order in any company: a text gets the same bits alone and in a
/// batch, and with every number of threads.
/// </remarks>
internal sealed unsafe class EncoderPass : IDisposable
{
    /// <summary>Tokens of a pass, all texts together, whose activations still fit a core's cache.</summary>
    public const int Comfortable = 256;

    // Multiplications below which a second thread is not worth waking.
    private const long WorthSharing = 1 << 18;
    private readonly EncoderConfig _config;
    private readonly EncoderWeights _weights;
    private readonly Action<Span<float>> _activation;
    private readonly LaneTeam _team;
    private readonly Action<int, int, int> _project, _attend, _output, _up, _down;
    private EncoderWeights.Layer _layer = null!;
    private (int First, int Count)[] _texts = [];
    private float* _all, _x, _branch, _query, _key, _value, _mixed, _inner, _scratch;
    private nint _floats, _lane;
    private int _columns;

    private EncoderPass(EncoderModel model, EncoderWeights weights, Action<Span<float>> activation)
    {
        (_config, _weights, _activation, _team) = (model.Config, weights, activation, new LaneTeam(model.Context.Threads));
        (_project, _attend, _output, _up, _down) = (Project, Attend, Output, Up, Down);
    }

    /// <summary>Whether the weights are still those of the model.</summary>
    public bool IsCurrent => _weights.AreCurrent;

    /// <summary>The pass, or null where the model has to go through libtorch.</summary>
    /// <param name="model">Must outlive the pass.</param>
    public static EncoderPass? TryCreate(EncoderModel model) =>
        EncoderWeights.TryCreate(model) is EncoderWeights weights && Activation.InPlace(model.Config.Activation) is Action<Span<float>> activation
            ? new EncoderPass(model, weights, activation) : null;

    /// <summary>The residual stream after the last block.</summary>
    /// <param name="texts">Tokens; each text has at least one, and at most the context's.</param>
    /// <returns>[tokens of all texts, width]; good until the next call.</returns>
    public ReadOnlySpan<float> Hidden(IReadOnlyList<int[]> texts)
    {
        _texts = new (int, int)[texts.Count];
        _columns = 0;
        for (int text = 0; text < texts.Count; text++)
        {
            _texts[text] = (_columns, texts[text].Length);
            _columns += texts[text].Length;
        }

        Reserve(texts.Max(text => text.Length));
        for (int text = 0; text < texts.Count; text++)
        {
            Embed(texts[text], _x + ((nint)_texts[text].First * _config.HiddenSize));
        }

        long square = (long)_config.HiddenSize * _config.HiddenSize, inner = (long)_config.HiddenSize * _config.IntermediateSize;
        foreach (EncoderWeights.Layer layer in _weights.Layers)
        {
            _layer = layer;
            Share(3 * square, _project);
            Share(2L * _config.HiddenSize * _columns, _attend);
            Share(square, _output);
            AddBranch(layer.AttentionNorm);
            Share(inner, _up);
            Share(inner, _down);
            AddBranch(layer.MlpNorm);
        }

        return new ReadOnlySpan<float>(_x, _columns * _config.HiddenSize);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _team.Dispose();
        NativeMemory.AlignedFree(_all);
        _all = null;
        _floats = 0;
    }

    /// <summary>Makes room for all tokens, and for each thread to multiply and to weigh those of the longest text.</summary>
    private void Reserve(int longest)
    {
        nint width = Aligned((nint)_columns * _config.HiddenSize), inner = Aligned((nint)_columns * _config.IntermediateSize);
        _lane = Aligned(Products + ((nint)Whole(longest) * (Whole(longest) + (2 * _config.HeadWidth))));
        nint floats = (6 * width) + inner + (_team.Lanes * _lane);
        if (floats > _floats)
        {
            NativeMemory.AlignedFree(_all);
            _all = (float*)NativeMemory.AlignedAlloc((nuint)floats * sizeof(float), 64);
            _floats = floats;
        }

        _x = _all;
        _branch = _x + width;
        _query = _branch + width;
        _key = _query + width;
        _value = _key + width;
        _mixed = _value + width;
        _inner = _mixed + width;
        _scratch = _inner + inner;
    }

    private nint Products => RowProducts.Scratch(Math.Max(_config.HiddenSize, _config.IntermediateSize));

    private static int Whole(int tokens) => (tokens + 7) & ~7;

    private static nint Aligned(nint floats) => (floats + 15) & ~15;

    private void Embed(int[] ids, float* x)
    {
        int[] positions = _config.Architecture.PositionsOf(_config, ids);
        float* added = stackalloc float[_config.HiddenSize];
        for (int i = 0; i < ids.Length; i++, x += _config.HiddenSize)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ids[i], (uint)_config.VocabularySize, nameof(ids));
            Span<float> row = new(x, _config.HiddenSize);
            _weights.Words.CopyRow(ids[i], x);
            _weights.Positions.CopyRow(positions[i], added);
            Vectors.Add(row, new ReadOnlySpan<float>(added, row.Length), row);
            if (_weights.FirstSegment is not null)
            {
                Vectors.Add(row, new ReadOnlySpan<float>(_weights.FirstSegment, row.Length), row);
            }

            _weights.Norm.Apply(x, row.Length, _config.NormEpsilon);
        }
    }

    private void Share(long work, Action<int, int, int> body) => _team.Run(work * _columns < WorthSharing ? 1 : 4 * _team.Lanes, body);

    private void AddBranch(EncoderWeights.RowNorm norm)
    {
        int width = _config.HiddenSize;
        Span<float> all = new(_x, _columns * width);
        Vectors.Add(all, new ReadOnlySpan<float>(_branch, all.Length), all);
        for (int column = 0; column < _columns; column++)
        {
            norm.Apply(_x + ((nint)column * width), width, _config.NormEpsilon);
        }
    }

    private void Project(int lane, int part, int parts)
    {
        _layer.Query.MultiplyPart(part, parts, _x, _columns, _query, Of(lane));
        _layer.Key.MultiplyPart(part, parts, _x, _columns, _key, Of(lane));
        _layer.Value.MultiplyPart(part, parts, _x, _columns, _value, Of(lane));
    }

    private void Output(int lane, int part, int parts) => _layer.Output.MultiplyPart(part, parts, _mixed, _columns, _branch, Of(lane));

    private void Down(int lane, int part, int parts) => _layer.Down.MultiplyPart(part, parts, _inner, _columns, _branch, Of(lane));

    private void Up(int lane, int part, int parts)
    {
        (int begin, int end) = _layer.Up.MultiplyPart(part, parts, _x, _columns, _inner, Of(lane));
        for (int column = 0; column < _columns; column++)
        {
            _activation(new Span<float>(_inner + ((nint)column * _config.IntermediateSize) + begin, end - begin));
        }
    }

    /// <summary>A part of the texts' heads: weights of the keys, and the mixture of the values.</summary>
    private void Attend(int lane, int part, int parts)
    {
        int width = _config.HiddenSize, head = _config.HeadWidth, all = _texts.Length * _config.Heads;
        float scale = (float)(1.0 / Math.Sqrt(head));
        for (int item = (int)((long)all * part / parts); item < (int)((long)all * (part + 1) / parts); item++)
        {
            (int first, int count) = _texts[item / _config.Heads];
            int whole = Whole(count); // keys and values behind the last are zeros, so that rows of scores are whole vectors
            nint at = ((nint)first * width) + (item % _config.Heads * head);
            float* products = Of(lane), queries = products + Products, values = queries + ((nint)whole * head), scores = values + ((nint)whole * head);
            for (int i = 0; i < count; i++)
            {
                new ReadOnlySpan<float>(_query + at + ((nint)i * width), head).CopyTo(new Span<float>(queries + ((nint)i * head), head));
            }

            Vectors.Scale(new Span<float>(queries, count * head), scale);

            RowProducts.Multiply(RowFormat.F32, (byte*)(_key + at), (nint)width * sizeof(float), head, 0, count, queries, count, scores, whole, products);
            for (int i = 0; i < count; i++)
            {
                Span<float> shares = new(scores + ((nint)i * whole), whole);
                FastMath.Softmax(shares[..count]);
                shares[count..].Clear();
                for (int j = 0; j < head; j++)
                {
                    values[((nint)j * whole) + i] = _value[at + ((nint)i * width) + j];
                }
            }

            for (int j = 0; j < head; j++)
            {
                new Span<float>(values + ((nint)j * whole) + count, whole - count).Clear();
            }

            RowProducts.Multiply(
                RowFormat.F32, (byte*)values, (nint)whole * sizeof(float), whole, 0, head, scores, count, _mixed + at, width, products);
        }
    }

    private float* Of(int lane) => _scratch + (lane * _lane);
}
