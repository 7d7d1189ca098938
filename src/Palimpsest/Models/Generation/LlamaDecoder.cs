using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Palimpsest.Models.Families;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using Palimpsest.Torch.Packed;

namespace Palimpsest.Models.Generation;

/// <summary>Decodes a plain Llama on a CPU without libtorch: at one token a step its overhead costs more than the arithmetic of a small model, and copies cost bandwidth of a large one.</summary>
/// <remarks>
/// Activations, keys and values are f32 also where the weights are bf16. Sequences have memories of their own and no padding, and every number is computed in the same order in any company, so a
/// sequence gets the same tokens alone and in a batch.
/// </remarks>
internal sealed unsafe class LlamaDecoder : ISequenceDecoder
{
    // A prompt goes through in pieces of so many tokens: their activations fit the cache of a core, and three columns are a tile.
    private const int Piece = 48;

    // Multiplications below which a second thread is not worth waking.
    private const long WorthSharing = 1 << 18;
    private readonly LlamaConfig _config;
    private readonly LlamaWeights _weights;
    private readonly LaneTeam _team;
    private readonly PromptPass _prompt;
    private readonly RotaryEmbedding _rotary;
    private readonly KeyValueRows[] _memory;
    private readonly float* _buffer;
    private readonly float* _residual; // [columns, width]
    private readonly float* _normed; // [columns, width]
    private readonly float* _query; // [columns, heads * head width]
    private readonly float* _mixed; // as the query
    private readonly float* _key; // [columns, key-value heads * head width]
    private readonly float* _value; // as the key
    private readonly float* _gate; // [columns, inner]
    private readonly float* _up; // as the gate
    private readonly float* _branch; // [columns, width]
    private readonly float* _scores; // [sequences, vocabulary]
    private readonly float* _scratch; // for each lane: widened rows and attention scores
    private readonly nint _scratchOfLane;
    private readonly nint _widening;
    private readonly int[] _sequenceOf;
    private readonly int[] _positionOf;
    private readonly int _capacity;
    private readonly Action<int, int, int> _project, _attend, _output, _inner, _down, _head;
    private LlamaWeights.Layer _layer = null!;
    private int _layerIndex;
    private int _columns;
    private int _headFrom;
    private int _headColumns;
    private int _headTo;

    public LlamaDecoder(CausalModel model, LlamaWeights weights, int sequences, int capacity)
    {
        (_weights, _config, _capacity) = (weights, weights.Config, capacity);
        _team = new LaneTeam(model.Context.Threads);
        _prompt = new PromptPass(model, weights.IsSingle);
        _rotary = new RotaryEmbedding(_config.HeadWidth, _config.RopeTheta, _config.RopeScaling);
        _memory = [.. Enumerable.Range(0, sequences).Select(_ => new KeyValueRows(_config.Layers, KeyWidth, capacity))];
        int most = Math.Max(sequences, Piece), width = _config.HiddenSize, inner = _config.IntermediateSize;
        _sequenceOf = new int[most];
        _positionOf = new int[most];
        _widening = RowProducts.Scratch(Math.Max(Math.Max(width, inner), QueryWidth));
        nint[] sizes =
        [
            Aligned((nint)most * width), Aligned((nint)most * QueryWidth), Aligned((nint)most * KeyWidth), Aligned((nint)most * inner), Aligned((nint)sequences * _config.VocabularySize),
            Aligned(_widening + ((nint)(_config.Heads / _config.KeyValueHeads) * capacity)),
        ];
        _scratchOfLane = sizes[5];
        _buffer = (float*)NativeMemory.AlignedAlloc((nuint)((3 * sizes[0]) + (2 * sizes[1]) + (2 * sizes[2]) + (2 * sizes[3]) + sizes[4] + (_team.Lanes * sizes[5])) * sizeof(float), 64);
        _residual = _buffer;
        _normed = _residual + sizes[0];
        _branch = _normed + sizes[0];
        _query = _branch + sizes[0];
        _mixed = _query + sizes[1];
        _key = _mixed + sizes[1];
        _value = _key + sizes[2];
        _gate = _value + sizes[2];
        _up = _gate + sizes[3];
        _scores = _up + sizes[3];
        _scratch = _scores + sizes[4];
        (_project, _attend, _output, _inner, _down, _head) = (Project, Attend, Output, Inner, Down, HeadRows);
    }

    public int Length => _memory.Max(memory => memory.Length);

    private int QueryWidth => _config.Heads * _config.HeadWidth;

    private int KeyWidth => _config.KeyValueHeads * _config.HeadWidth;

    public ReadOnlySpan<float> Begin(IReadOnlyList<int[]> tokens, CancellationToken stop)
    {
        for (int sequence = 0; sequence < tokens.Count; sequence++)
        {
            int[] ids = tokens[sequence];
            if (ids.Length >= PromptPass.Worthwhile && _memory[sequence].Length == 0 && _prompt.Fits)
            {
                _prompt.Run(ids, _memory[sequence], new Span<float>(_scores + ((nint)sequence * _config.VocabularySize), _config.VocabularySize), stop);
                continue;
            }

            int columns = Append(sequence, ids, stop);
            if (!stop.IsCancellationRequested)
            {
                Scores(columns - 1, 1, sequence);
            }
        }

        return All();
    }

    public ReadOnlySpan<float> Step(scoped ReadOnlySpan<int> tokens, scoped ReadOnlySpan<bool> finished)
    {
        int count = 0;
        for (int sequence = 0; sequence < tokens.Length; sequence++)
        {
            if (!finished[sequence])
            {
                Place(count++, sequence, _memory[sequence].Length, tokens[sequence]);
            }
        }

        Run(count);
        Scores(0, count, 0);

        // The scores lie side by side; from the last to the first they go to the places of their sequences, which are never before.
        int vocabulary = _config.VocabularySize;
        for (int column = count - 1; column >= 0; column--)
        {
            if (_sequenceOf[column] != column)
            {
                new ReadOnlySpan<float>(_scores + ((nint)column * vocabulary), vocabulary).CopyTo(new Span<float>(_scores + ((nint)_sequenceOf[column] * vocabulary), vocabulary));
            }
        }

        return All();
    }

    /// <summary>Puts tokens into a sequence in place of what it holds, as <see cref="Begin"/> would, without anybody asking for scores.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="prompt">At least one token. A long prompt goes through libtorch, whatever follows it.</param>
    /// <param name="rest">What follows the prompt.</param>
    /// <param name="stop">Ends early, with fewer tokens.</param>
    public void Fill(int sequence, int[] prompt, ReadOnlySpan<int> rest, CancellationToken stop)
    {
        _memory[sequence].Length = 0;
        if (prompt.Length >= PromptPass.Worthwhile && _prompt.Fits)
        {
            _prompt.Run(prompt, _memory[sequence], new Span<float>(_scores + ((nint)sequence * _config.VocabularySize), _config.VocabularySize), stop);
        }
        else
        {
            Append(sequence, prompt, stop);
        }

        Append(sequence, rest, stop);
    }

    /// <summary>Makes a sequence the beginning of another one.</summary>
    public void Copy(int from, int to, int length) => _memory[to].CopyFrom(_memory[from], length);

    public void Truncate(int length) => _memory[0].Length = Math.Min(length, _memory[0].Length);

    public void Dispose()
    {
        _team.Dispose();
        _prompt.Dispose();
        Array.ForEach(_memory, memory => memory.Dispose());
        NativeMemory.AlignedFree(_buffer);
    }

    private static nint Aligned(nint floats) => (floats + 15) & ~15;

    private ReadOnlySpan<float> All() => new(_scores, checked(_memory.Length * _config.VocabularySize));

    /// <summary>Puts tokens behind those of a sequence.</summary>
    /// <returns>Columns of the last piece.</returns>
    private int Append(int sequence, ReadOnlySpan<int> ids, CancellationToken stop)
    {
        int count = 0;
        for (int start = 0; start < ids.Length && !stop.IsCancellationRequested; start += Piece)
        {
            int past = _memory[sequence].Length;
            count = Math.Min(Piece, ids.Length - start);
            for (int i = 0; i < count; i++)
            {
                Place(i, sequence, past + i, ids[start + i]);
            }

            Run(count);
        }

        return count;
    }

    private void Place(int column, int sequence, int position, int token)
    {
        if (position >= _capacity || (uint)token >= (uint)_config.VocabularySize)
        {
            throw new PalimpsestException($"Token {token} at position {position} cannot be decoded; the model has {_config.VocabularySize} tokens, and room was made for {_capacity} positions.");
        }

        (_sequenceOf[column], _positionOf[column]) = (sequence, position);
        _memory[sequence].Reserve(position + 1);
        _weights.Embedding.CopyRow(token, _residual + ((nint)column * _config.HiddenSize));
    }

    /// <summary>Takes the first columns through all blocks; the residual stream stays in its buffer, and keys and values in the memories.</summary>
    private void Run(int columns)
    {
        _columns = columns;
        (float[] cosine, float[] sine) = _rotary.Tables(TensorPrimitives.Max<int>(_positionOf.AsSpan(0, columns)) + 1);
        int width = _config.HiddenSize;
        for (_layerIndex = 0; _layerIndex < _config.Layers; _layerIndex++)
        {
            _layer = _weights.Layers[_layerIndex];
            Normalise(_layer.AttentionNorm);
            Share((long)(QueryWidth + (2 * KeyWidth)) * width, _project);
            Remember(cosine, sine);
            Share(AttentionWork(), _attend);
            Share((long)QueryWidth * width, _output);
            AddBranch();
            Normalise(_layer.MlpNorm);
            Share(2L * _config.IntermediateSize * width, _inner);
            Share((long)_config.IntermediateSize * width, _down);
            AddBranch();
        }

        for (int column = 0; column < columns; column++)
        {
            _memory[_sequenceOf[column]].Length = _positionOf[column] + 1;
        }
    }

    /// <summary>Scores of some columns, for the sequences from one on.</summary>
    private void Scores(int column, int count, int sequence)
    {
        _columns = column + count;
        Normalise(_weights.FinalNorm);
        (_headFrom, _headColumns, _headTo) = (column, count, sequence);
        Share((long)_config.VocabularySize * _config.HiddenSize, _head, parts: 8);
    }

    private void Share(long work, Action<int, int, int> body, int parts = 4) =>
        _team.Run(work * _columns < WorthSharing ? 1 : parts * _team.Lanes, body);

    private long AttentionWork()
    {
        long keys = 0;
        for (int column = 0; column < _columns; column++)
        {
            keys += _positionOf[column] + 1;
        }

        return 2L * keys * QueryWidth / _columns;
    }

    private void Normalise(float* gain)
    {
        int width = _config.HiddenSize;
        for (int column = 0; column < _columns; column++)
        {
            ReadOnlySpan<float> x = new(_residual + ((nint)column * width), width);
            float scale = 1f / MathF.Sqrt((Vectors.Dot(x, x) / width) + (float)_config.NormEpsilon);
            Vectors.ScaledProduct(x, new ReadOnlySpan<float>(gain, width), scale, new Span<float>(_normed + ((nint)column * width), width));
        }
    }

    private void AddBranch()
    {
        Span<float> residual = new(_residual, _columns * _config.HiddenSize);
        Vectors.Add(residual, new ReadOnlySpan<float>(_branch, residual.Length), residual);
    }

    /// <summary>Turns queries and keys and puts keys and values into the memories. The scale of the attention goes into the queries.</summary>
    private void Remember(float[] cosine, float[] sine)
    {
        int half = _config.HeadWidth / 2;
        float scale = (float)(1.0 / Math.Sqrt(_config.HeadWidth));
        for (int column = 0; column < _columns; column++)
        {
            int position = _positionOf[column];
            ReadOnlySpan<float> cos = cosine.AsSpan(position * half, half), sin = sine.AsSpan(position * half, half);
            KeyValueRows memory = _memory[_sequenceOf[column]];
            float* query = _query + ((nint)column * QueryWidth), keys = memory.Keys(_layerIndex) + ((nint)position * KeyWidth);
            Rotate(query, _config.Heads, cos, sin, scale);
            new ReadOnlySpan<float>(_key + ((nint)column * KeyWidth), KeyWidth).CopyTo(new Span<float>(keys, KeyWidth));
            Rotate(keys, _config.KeyValueHeads, cos, sin, 1);
            new ReadOnlySpan<float>(_value + ((nint)column * KeyWidth), KeyWidth).CopyTo(new Span<float>(memory.Values(_layerIndex) + ((nint)position * KeyWidth), KeyWidth));
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

    private void Project(int lane, int part, int parts)
    {
        Rows(_layer.Query, _normed, _columns, _query, lane, part, parts);
        Rows(_layer.Key, _normed, _columns, _key, lane, part, parts);
        Rows(_layer.Value, _normed, _columns, _value, lane, part, parts);
    }

    private void Output(int lane, int part, int parts) => Rows(_layer.Output, _mixed, _columns, _branch, lane, part, parts);

    private void Down(int lane, int part, int parts) => Rows(_layer.Down, _gate, _columns, _branch, lane, part, parts);

    private void HeadRows(int lane, int part, int parts) =>
        Rows(_weights.Head, _normed + ((nint)_headFrom * _config.HiddenSize), _headColumns, _scores + ((nint)_headTo * _config.VocabularySize), lane, part, parts);

    private void Inner(int lane, int part, int parts)
    {
        Rows(_layer.Gate, _normed, _columns, _gate, lane, part, parts);
        Rows(_layer.Up, _normed, _columns, _up, lane, part, parts);
        (int begin, int end) = Part(_config.IntermediateSize, part, parts);
        for (int column = 0; column < _columns; column++)
        {
            nint at = ((nint)column * _config.IntermediateSize) + begin;
            FastMath.SiluProduct(new Span<float>(_gate + at, end - begin), new ReadOnlySpan<float>(_up + at, end - begin));
        }
    }

    private void Attend(int lane, int part, int parts)
    {
        int shared = _config.Heads / _config.KeyValueHeads, width = _config.HeadWidth, all = _columns * _config.KeyValueHeads;
        float* widened = _scratch + (lane * _scratchOfLane), scores = widened + _widening;
        for (int item = (int)((long)all * part / parts); item < (int)((long)all * (part + 1) / parts); item++)
        {
            (int column, int head) = (item / _config.KeyValueHeads, item % _config.KeyValueHeads);
            KeyValueRows memory = _memory[_sequenceOf[column]];
            int length = _positionOf[column] + 1;
            nint queries = ((nint)column * QueryWidth) + (head * shared * width);
            RowProducts.Multiply(RowFormat.F32, (byte*)(memory.Keys(_layerIndex) + (head * width)), (nint)KeyWidth * sizeof(float), width, 0, length, _query + queries, shared, scores, _capacity, widened);
            for (int i = 0; i < shared; i++)
            {
                Span<float> weights = new(scores + ((nint)i * _capacity), length);
                FastMath.Softmax(weights);
                RowProducts.Mix(memory.Values(_layerIndex) + (head * width), KeyWidth, width, scores + ((nint)i * _capacity), length, _mixed + queries + (i * width));
            }
        }
    }

    /// <summary>A part of the rows of a product, cut at multiples of the largest tile.</summary>
    private void Rows(in RowMatrix matrix, float* x, int columns, float* y, int lane, int part, int parts)
    {
        (int begin, int end) = Part(matrix.Rows, part, parts);
        matrix.Multiply(begin, end, x, columns, y, _scratch + (lane * _scratchOfLane));
    }

    private static (int Begin, int End) Part(int rows, int part, int parts)
    {
        long tiles = (rows + 7) / 8;
        return ((int)(tiles * part / parts * 8), (int)Math.Min(rows, tiles * (part + 1) / parts * 8));
    }
}
