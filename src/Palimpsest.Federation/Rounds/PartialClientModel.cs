using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using static TorchSharp.torch;

namespace Palimpsest.Federation.Rounds;

/// <summary>A client's model of which only some tensors are trained: the others keep what the federation begins with, and nobody outside sees them.</summary>
public sealed class PartialClientModel : IClientModel
{
    private readonly IClientModel _whole;
    private readonly (int Whole, int Part, int Count)[] _runs;
    private readonly float[] _values; // the whole vector; what is not trained stays as it was read
    private readonly float[] _end;

    private PartialClientModel(IClientModel whole, Func<ParameterSlot, bool> trains)
    {
        _whole = whole;
        ParameterSlot[] slots = [.. whole.Layout.Slots.Where(trains)];
        Layout = new ParameterLayout(slots.Select(slot => (slot.Name, slot.Shape.ToArray())));
        _runs = [.. slots.Zip(Layout.Slots, (outer, inner) => ((int)outer.Offset, (int)inner.Offset, (int)outer.Count))];
        (_values, _end) = (new float[whole.Layout.Count], new float[whole.Layout.Count]);
        whole.ReadStart(_values);
    }

    /// <summary>The tensors that are trained.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>A model of which an algorithm trains a part, or the model itself if it trains all.</summary>
    /// <param name="model">Disposed with what is returned.</param>
    /// <param name="trains">Whether a tensor is trained.</param>
    /// <exception cref="PalimpsestException">None is.</exception>
    public static IClientModel Of(IClientModel model, Func<ParameterSlot, bool> trains)
    {
        ArgumentNullException.ThrowIfNull(model);
        return !model.Layout.Slots.Any(trains) ? throw new PalimpsestException("The algorithm trains none of the model's tensors. Choose another one.")
            : model.Layout.Slots.All(trains) ? model : new PartialClientModel(model, trains);
    }

    /// <summary>The whole vector, for who saves the model.</summary>
    /// <param name="part">[count]</param>
    public ReadOnlySpan<float> Whole(ReadOnlySpan<float> part)
    {
        foreach ((int whole, int inner, int count) in _runs)
        {
            part.Slice(inner, count).CopyTo(_values.AsSpan(whole));
        }

        return _values;
    }

    /// <inheritdoc/>
    public void ReadStart(Span<float> weights)
    {
        _whole.ReadStart(_values);
        Take(_values, weights);
    }

    /// <inheritdoc/>
    public LocalResult Train(int client, ReadOnlySpan<float> start, LocalTraining training, Span<float> end)
    {
        ArgumentNullException.ThrowIfNull(training);
        using FlatParameters? own = training.Edits.Count > 0 ? new FlatParameters(Layout) : null;
        LocalResult result = _whole.Train(client, Whole(start), training with
        {
            Trained = Trained(training.Trained),
            Edits = own is null ? [] : [new PartialEdit(_runs, training.Edits, own)],
        }, _end);
        Take(_end, end);
        return result;
    }

    /// <inheritdoc/>
    public ClientScore Evaluate(int client, ReadOnlySpan<float> weights) => _whole.Evaluate(client, Whole(weights));

    /// <inheritdoc/>
    public void Dispose() => _whole.Dispose();

    private void Take(ReadOnlySpan<float> whole, Span<float> part)
    {
        foreach ((int outer, int inner, int count) in _runs)
        {
            whole.Slice(outer, count).CopyTo(part[inner..]);
        }
    }

    private BitMask Trained(BitMask? part)
    {
        BitMask mask = new(_values.Length);
        foreach ((int whole, int inner, int count) in _runs)
        {
            for (int i = 0; i < count; i++)
            {
                mask[whole + i] = part is null || part[inner + i];
            }
        }

        return mask;
    }

    /// <summary>Edits of the part, which know its layout alone.</summary>
    private sealed class PartialEdit((int Whole, int Part, int Count)[] runs, IReadOnlyList<IGradientEdit> edits, FlatParameters own) : IGradientEdit
    {
        public void Edit(FlatParameters parameters, RandomStream random)
        {
            using IDisposable noGrad = no_grad();
            foreach ((int whole, int part, int count) in runs)
            {
                Copy(parameters.Values, whole, own.Values, part, count);
                Copy(parameters.Gradients, whole, own.Gradients, part, count);
            }

            foreach ((int i, IGradientEdit edit) in edits.Index())
            {
                edit.Edit(own, random.Child($"{i}"));
            }

            foreach ((int whole, int part, int count) in runs)
            {
                Copy(own.Gradients, part, parameters.Gradients, whole, count);
            }
        }

        private static void Copy(Tensor from, int first, Tensor to, int place, int count)
        {
            using Tensor source = from.narrow(0, first, count), target = to.narrow(0, place, count);
            target.copy_(source);
        }
    }
}
