using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Optimizers;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Palimpsest.Training.Grass;

/// <summary>One pass over r lines: Adam's moments, its direction, and the change of the lines in the matrix, with nothing of the matrix's size in
/// between.</summary>
internal sealed unsafe class GrassUpdate
{
    private readonly LineSelection _selection;
    private readonly AdamDirection _adam;
    private readonly long[] _lines;
    private readonly float[] _first; // 1 / (1 - b1^t) of each line, eight times where the lines are rows
    private readonly float[] _root; // 1 / sqrt(1 - b2^t), the same way
    private readonly float[] _steps; // what a direction of 1 changes
    private readonly float[] _shrinks; // what the line is multiplied with before
    private readonly bool _distinct;
    private readonly Bf16Rounding _rounding;
    private readonly RandomStream _random;

    /// <summary>Prepares a step, and counts it for every line.</summary>
    /// <param name="selection">The lines.</param>
    /// <param name="adam">The rule.</param>
    /// <param name="options">Its betas, and how weights are rounded.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="shrink">1 less the decay of the step.</param>
    /// <param name="random">Draws of rounding; each run of entries takes a stream of its own from it.</param>
    public GrassUpdate(LineSelection selection, AdamDirection adam, GrassOptions options, double rate, double shrink, RandomStream random)
    {
        (_selection, _adam, _lines, _rounding, _random) = (selection, adam, selection.Lines.ToArray(), options.Bf16, random);
        int count = _lines.Length, copies = selection.ByRows ? 8 : 1;
        (_first, _root, _steps, _shrinks) = (new float[count * copies], new float[count * copies], new float[count], new float[count]);
        HashSet<long> seen = [];
        for (int j = 0; j < count; j++)
        {
            long step = ++selection.Counts[j];
            _first.AsSpan(j * copies, copies).Fill((float)(1 / (1 - Math.Pow(options.Beta1, step))));
            _root.AsSpan(j * copies, copies).Fill((float)(1 / Math.Sqrt(1 - Math.Pow(options.Beta2, step))));
            _steps[j] = (float)(-rate * selection.Rho[j]);
            _shrinks[j] = seen.Add(_lines[j]) ? (float)shrink : 1;
        }

        _distinct = seen.Count == count;
    }

    /// <summary>Takes the step.</summary>
    /// <param name="values">[out, in]; the lines change.</param>
    /// <param name="gradient">[r, in] or [out, r]; becomes the direction.</param>
    /// <param name="moments">Of the gradient.</param>
    public void Apply(Tensor values, Tensor gradient, AdamMoments moments)
    {
        long width = gradient.size(1), inputs = values.size(1);
        float* w = (float*)TensorMemory.Address(values), g = (float*)TensorMemory.Address(gradient);
        moments.ForEachBlock((at, m, v) =>
        {
            for (int i = 0, count; i < m.Length; i += count)
            {
                (long row, long column) = Math.DivRem(at + i, width);
                count = (int)Math.Min(m.Length - i, width - column);
                Span<float> direction = new(g + at + i, count);
                int factor = (int)(_selection.ByRows ? row * 8 : column);
                _adam.Apply(direction, m.Slice(i, count), v.Slice(i, count), _first.AsSpan(factor), _root.AsSpan(factor), _selection.ByRows);
                if (_distinct)
                {
                    Change(w, inputs, row, (int)column, direction, width);
                }
            }
        });
        if (!_distinct)
        {
            // Blocks of one line that is there twice would meet in the matrix: by columns of it, or by rows, they do not.
            long parts = _selection.ByRows ? width : gradient.size(0), length = _lines.Length;
            Lanes.For(Lanes.Count(parts, length), parts, (_, begin, end) =>
            {
                for (long row = _selection.ByRows ? 0 : begin; row < (_selection.ByRows ? length : end); row++)
                {
                    (long from, long to) = _selection.ByRows ? (begin, end) : (0, width);
                    Change(w, inputs, row, (int)from, new Span<float>(g + (row * width) + from, (int)(to - from)), width);
                }
            });
        }
    }

    /// <summary>Multiplies the lines that are not selected.</summary>
    /// <param name="values">[out, in]</param>
    /// <param name="selection">The others.</param>
    /// <param name="factor">The factor.</param>
    public static void DecayOthers(Tensor values, LineSelection selection, double factor)
    {
        float[] factors = [.. Enumerable.Repeat((float)factor, selection.All)];
        foreach (long line in selection.Lines)
        {
            factors[line] = 1;
        }

        Tensor each = tensor(factors);
        values.mul_(selection.ByRows ? each.unsqueeze(1) : each.unsqueeze(0));
    }

    /// <summary>Changes a run of the matrix by the directions of a run of a row of the gradient, which becomes scratch.</summary>
    private void Change(float* w, long inputs, long row, int column, Span<float> direction, long width)
    {
        if (_selection.ByRows)
        {
            Span<float> line = new(w + (_lines[row] * inputs) + column, direction.Length);
            if (_shrinks[row] != 1)
            {
                TensorPrimitives.Multiply(line, _shrinks[row], line);
            }

            TensorPrimitives.MultiplyAdd(direction, _steps[row], line, line);
            Round(line, (row * width) + column);
            return;
        }

        float* own = w + (row * inputs);
        for (int k = 0; k < direction.Length; k++)
        {
            int j = column + k;
            float changed = (own[_lines[j]] * _shrinks[j]) + (_steps[j] * direction[k]);
            if (_rounding == Bf16Rounding.None)
            {
                own[_lines[j]] = changed; // at once, since the line may come again
            }

            direction[k] = changed;
        }

        if (_rounding != Bf16Rounding.None)
        {
            Round(direction, (row * width) + column);
            for (int k = 0; k < direction.Length; k++)
            {
                own[_lines[column + k]] = direction[k];
            }
        }
    }

    private void Round(Span<float> values, long at)
    {
        if (_rounding == Bf16Rounding.Nearest)
        {
            Bf16Grid.Nearest(values);
        }
        else if (_rounding == Bf16Rounding.Stochastic)
        {
            Span<uint> words = stackalloc uint[values.Length]; // at most a block of moments
            _random.Child(at.ToString(CultureInfo.InvariantCulture)).Fill(words);
            Bf16Grid.Stochastic(values, words);
        }
    }
}
