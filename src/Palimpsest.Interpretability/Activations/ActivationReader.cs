using System.Runtime.InteropServices;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Layers;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Activations;

/// <summary>Reads activations at a hook point of a model; what lies behind the last point is not computed.</summary>
/// <remarks>Not thread-safe, as the model is not.</remarks>
public sealed class ActivationReader
{
    // Rows of one forward pass: large enough for the matrix products, small enough for the activations.
    private const int TokensPerPass = 4096;

    private readonly CausalModel _model;
    private readonly string _hook, _last;
    private readonly string? _hookOut;
    private readonly HashSet<int> _leftOut;

    /// <summary>A reader.</summary>
    /// <param name="model">The model.</param>
    /// <param name="hook">A point of <see cref="HookPoints"/>, such as <c>blocks.2.hook_resid_post</c>.</param>
    /// <param name="hookOut">The point that a transcoder predicts; null for none.</param>
    /// <param name="leftOut">Tokens whose activations are left out, such as special ones, whose residual stream is far longer than others'.</param>
    /// <exception cref="PalimpsestException">The model has no such point.</exception>
    public ActivationReader(CausalModel model, string hook, string? hookOut = null, IEnumerable<int>? leftOut = null)
    {
        _model = model ?? throw new ArgumentNullException(nameof(model));
        (_hook, _hookOut, _leftOut) = (hook, hookOut, [.. leftOut ?? []]);
        int layers = model.Config.Layers;
        _last = hookOut is not null && model.Hooks.BlocksUntil(hookOut, layers) > model.Hooks.BlocksUntil(hook, layers) ? hookOut : hook;
        model.Hooks.BlocksUntil(hook, layers);
    }

    /// <summary>The hook point.</summary>
    public string Hook => _hook;

    /// <summary>The point that a transcoder predicts; null for none.</summary>
    public string? HookOut => _hookOut;

    /// <summary>What tells its activations from those of another reader of the same model.</summary>
    internal string Settings => $"{_hook}|{_hookOut}|{string.Join(",", _leftOut.Order())}";

    /// <summary>Tokens whose activations are kept.</summary>
    /// <param name="sequence">A document.</param>
    public int Kept(IReadOnlyList<int> sequence) => sequence.Count(token => !_leftOut.Contains(token));

    /// <summary>The activations of documents, in order.</summary>
    /// <param name="sequences">Tokens of each, none longer than the model's context or empty.</param>
    /// <param name="first">Number of the first document.</param>
    /// <exception cref="PalimpsestException">A number is infinite or NaN.</exception>
    public ActivationBatch Read(IReadOnlyList<int[]> sequences, int first = 0)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        List<ActivationBatch> parts = [];
        for (int from = 0, to; from < sequences.Count; from = to)
        {
            int longest = sequences[from].Length;
            to = from + 1;
            while (to < sequences.Count && (to + 1 - from) * Math.Max(longest, sequences[to].Length) <= TokensPerPass)
            {
                longest = Math.Max(longest, sequences[to++].Length);
            }

            parts.Add(Pass([.. Enumerable.Range(from, to - from).Select(i => sequences[i])], first + from));
        }

        return parts.Count == 1 ? parts[0] : ActivationBatch.Join(parts);
    }

    private ActivationBatch Pass(int[][] sequences, int first)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        TokenBatch batch = TokenBatch.Of([.. sequences.Select(ids => new TokenSequence(ids, 0))]);
        float[]? seen = null, targets = null;
        using IDisposable look = _model.Hooks.Add(_hook, x => Keep(x, ref seen));
        using IDisposable? lookOut = _hookOut is null ? null : _model.Hooks.Add(_hookOut, x => Keep(x, ref targets));
        Tensor ids = tensor(batch.Ids, [batch.Batch, batch.Time], device: _model.Context.Device);
        _model.Hidden(ids, AttentionScope.Of(batch, _model.Context.Device), _last);
        int width = seen!.Length / batch.Ids.Length, outWidth = targets is null ? 0 : targets.Length / batch.Ids.Length;
        int rows = sequences.Sum(Kept), row = 0;
        ActivationBatch made = new(new float[rows * width], width, new int[rows], new int[rows])
        {
            Targets = targets is null ? null : new float[rows * outWidth],
            Places = new int[rows],
        };
        for (int document = 0; document < sequences.Length; document++)
        {
            for (int place = 0; place < sequences[document].Length; place++)
            {
                if (_leftOut.Contains(sequences[document][place]))
                {
                    continue;
                }

                int at = (document * batch.Time) + place;
                seen.AsSpan(at * width, width).CopyTo(made.Values.AsSpan(row * width, width));
                targets?.AsSpan(at * outWidth, outWidth).CopyTo(made.Targets.AsSpan(row * outWidth, outWidth));
                (made.Tokens[row], made.Documents[row], made.Places[row]) = (sequences[document][place], first + document, place);
                row++;
            }
        }

        float[] bad = made.Targets ?? [];
        return AllFinite(made.Values) && AllFinite(bad) ? made
            : throw new PalimpsestException($"{_hook}: the activations are infinite or NaN in documents {first} to {first + sequences.Length - 1}. The model "
                + $"is damaged, or overflows in its "
                + "number format; take dtype f32.");
    }

    private static Tensor Keep(Tensor x, ref float[]? seen)
    {
        seen = TensorBytes.ToArray(x);
        return x;
    }

    private static bool AllFinite(float[] values) => values.Length == 0 || float.IsFinite(System.Numerics.Tensors.TensorPrimitives.Sum<float>(values))
        || MemoryMarshal.ToEnumerable<float>(values).All(float.IsFinite);
}
