using Palimpsest.Models.Families;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using Palimpsest.Torch.Packed;

namespace Palimpsest.Models.Generation;

/// <summary>Decodes a plain Llama on a CPU without libtorch: at one token a step its overhead costs more than the arithmetic of a small model, and copies cost bandwidth of a large one.</summary>
/// <remarks>
/// Activations, keys and values are f32, whatever the weights are. Sequences have memories of their own and no padding, and every number is computed in the
/// same order in any company, so a sequence gets the same tokens alone and in a batch.
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
    private readonly KeyValueRows[] _memory;
    private readonly DecoderBuffers _buffers;
    private readonly LlamaAttention _attention;
    private readonly int _capacity;
    private readonly Action<int, int, int> _project, _attend, _output, _inner, _down, _head;
    private LlamaWeights.Layer _layer = null!;
    private int _layerIndex, _columns, _headFrom, _headColumns, _headTo;

    public LlamaDecoder(CausalModel model, LlamaWeights weights, int sequences, int capacity)
    {
        (_weights, _config, _capacity) = (weights, weights.Config, capacity);
        _team = new LaneTeam(model.Context.Threads);
        _prompt = new PromptPass(model, weights.IsSingle);
        _memory = [.. Enumerable.Range(0, sequences).Select(_ => new KeyValueRows(_config.Layers, KeyWidth, capacity))];
        int most = Math.Max(sequences, Piece), products = RowProducts.Scratch(Math.Max(Math.Max(_config.HiddenSize, _config.IntermediateSize), QueryWidth));
        _buffers = new DecoderBuffers(_config, most, sequences, _team.Lanes, products + LlamaAttention.Room(_config, capacity));
        _attention = new LlamaAttention(_config, _buffers, _memory, most, capacity, products);
        (_project, _attend, _output, _inner, _down, _head) = (Project, Attend, Output, Inner, Down, HeadRows);
    }

    public int Length => _memory.Max(memory => memory.Length);

    private int QueryWidth => _config.Heads * _config.HeadWidth;

    private int KeyWidth => _config.KeyValueHeads * _config.HeadWidth;

    public ReadOnlySpan<float> Begin(IReadOnlyList<int[]> tokens, CancellationToken stop)
    {
        for (int sequence = 0; sequence < tokens.Count; sequence++)
        {
            if (!TryWhole(sequence, tokens[sequence], stop))
            {
                int columns = Append(sequence, tokens[sequence], stop);
                if (!stop.IsCancellationRequested)
                {
                    Scores(columns - 1, 1, sequence);
                }
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
        for (int column = count - 1; column >= 0; column--)
        {
            if (_attention.SequenceOf(column) != column)
            {
                ScoresOf(column).CopyTo(ScoresOf(_attention.SequenceOf(column)));
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
        if (!TryWhole(sequence, prompt, stop))
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
        _buffers.Dispose();
    }

    private ReadOnlySpan<float> All() => new(_buffers.Scores, checked(_memory.Length * _config.VocabularySize));

    private Span<float> ScoresOf(int sequence) => new(_buffers.Scores + ((nint)sequence * _config.VocabularySize), _config.VocabularySize);

    /// <summary>Runs a long prompt from the beginning of a sequence through libtorch, where that is faster.</summary>
    private bool TryWhole(int sequence, int[] ids, CancellationToken stop)
    {
        bool fits = ids.Length >= PromptPass.Worthwhile && _memory[sequence].Length == 0 && _prompt.Fits;
        if (fits)
        {
            _prompt.Run(ids, _memory[sequence], ScoresOf(sequence), stop);
        }

        return fits;
    }

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

        _attention.Place(column, sequence, position);
        _weights.Embedding.CopyRow(token, _buffers.Residual + ((nint)column * _config.HiddenSize));
    }

    /// <summary>Takes the first columns through all blocks; the residual stream stays in its buffer, and keys and values in the memories.</summary>
    private void Run(int columns)
    {
        _columns = columns;
        _attention.Begin(columns);
        int width = _config.HiddenSize;
        for (_layerIndex = 0; _layerIndex < _config.Layers; _layerIndex++)
        {
            _layer = _weights.Layers[_layerIndex];
            Normalise(_layer.AttentionNorm);
            Share((long)(QueryWidth + (2 * KeyWidth)) * width, _project);
            _attention.Remember(_layerIndex, columns);
            Share(_attention.Work(columns), _attend);
            Share((long)QueryWidth * width, _output);
            AddBranch();
            Normalise(_layer.MlpNorm);
            Share(2L * _config.IntermediateSize * width, _inner);
            Share((long)_config.IntermediateSize * width, _down);
            AddBranch();
        }

        _attention.End(columns);
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

    private void Normalise(float* gain)
    {
        int width = _config.HiddenSize;
        for (int column = 0; column < _columns; column++)
        {
            ReadOnlySpan<float> x = new(_buffers.Residual + ((nint)column * width), width);
            float scale = 1f / MathF.Sqrt((Vectors.Dot(x, x) / width) + (float)_config.NormEpsilon);
            Vectors.ScaledProduct(x, new ReadOnlySpan<float>(gain, width), scale, new Span<float>(_buffers.Normed + ((nint)column * width), width));
        }
    }

    private void AddBranch()
    {
        Span<float> residual = new(_buffers.Residual, _columns * _config.HiddenSize);
        Vectors.Add(residual, new ReadOnlySpan<float>(_buffers.Branch, residual.Length), residual);
    }

    private void Project(int lane, int part, int parts)
    {
        Rows(_layer.Query, _buffers.Normed, _columns, _buffers.Query, lane, part, parts);
        Rows(_layer.Key, _buffers.Normed, _columns, _buffers.Key, lane, part, parts);
        Rows(_layer.Value, _buffers.Normed, _columns, _buffers.Value, lane, part, parts);
    }

    private void Output(int lane, int part, int parts) => Rows(_layer.Output, _buffers.Mixed, _columns, _buffers.Branch, lane, part, parts);

    private void Down(int lane, int part, int parts) => Rows(_layer.Down, _buffers.Gate, _columns, _buffers.Branch, lane, part, parts);

    private void HeadRows(int lane, int part, int parts) =>
        Rows(
            _weights.Head, _buffers.Normed + ((nint)_headFrom * _config.HiddenSize), _headColumns,
            _buffers.Scores + ((nint)_headTo * _config.VocabularySize), lane, part, parts);

    private void Inner(int lane, int part, int parts)
    {
        Rows(_layer.Gate, _buffers.Normed, _columns, _buffers.Gate, lane, part, parts);
        (int begin, int end) = Rows(_layer.Up, _buffers.Normed, _columns, _buffers.Up, lane, part, parts);
        for (int column = 0; column < _columns; column++)
        {
            nint at = ((nint)column * _config.IntermediateSize) + begin;
            FastMath.SiluProduct(new Span<float>(_buffers.Gate + at, end - begin), new ReadOnlySpan<float>(_buffers.Up + at, end - begin));
        }
    }

    private void Attend(int lane, int part, int parts) => _attention.Attend(_layerIndex, _columns, lane, part, parts);

    private (int Begin, int End) Rows(in RowMatrix matrix, float* x, int columns, float* y, int lane, int part, int parts) =>
        matrix.MultiplyPart(part, parts, x, columns, y, _buffers.Of(lane));
}
