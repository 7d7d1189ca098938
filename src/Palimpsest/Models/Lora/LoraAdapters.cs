using Palimpsest.Models.Layers;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Lora;

/// <summary>Puts adapters on a model and takes them off: one or several at a time, whose updates add up; for a while; or merged into weights of the model.</summary>
/// <remarks>The base weights are never written to, so that taking off and unmerging restore them to the bit. Does not own the adapters. One object a model; not thread-safe.</remarks>
public sealed class LoraAdapters : IDisposable
{
    private readonly TransformerModel _model;
    private readonly (string Name, Linear Layer, Tensor Weight, Tensor? Bias, Func<Linear, Tensor, Tensor> Operation)[] _linears;
    private readonly (string Name, INorm Norm, Tensor Weight, Tensor? Bias)[] _norms;
    private readonly (Tensor Weight, Func<Embedding, Tensor, Tensor> Operation) _embedding;
    private readonly List<Tensor> _merged = [];
    private LoraAdapter[] _active = [];

    /// <summary>Remembers the layers of a model as they are now.</summary>
    /// <param name="model">The model without adapters.</param>
    public LoraAdapters(TransformerModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _linears = [.. model.Linears.Select(item => (item.Name, item.Layer, item.Layer.Weight, item.Layer.Bias, item.Layer.Operation))];
        _norms = [.. model.Norms.Select(item => (item.Name, item.Norm, item.Norm.Weight, (item.Norm as LayerNorm)?.Bias))];
        _embedding = (model.Embedding.Weight, model.Embedding.Operation);
    }

    /// <summary>The adapters that are on, in the order of their updates.</summary>
    public IReadOnlyList<LoraAdapter> Active => _active;

    /// <summary>Whether the active adapters are merged.</summary>
    public bool IsMerged => _merged.Count > 0;

    /// <summary>Makes these adapters, and no others, the active ones.</summary>
    /// <param name="adapters">Adapters of this model; none for the base model.</param>
    /// <exception cref="PalimpsestException">Two adapters replace the same weight or bias.</exception>
    public void Activate(params ReadOnlySpan<LoraAdapter> adapters)
    {
        foreach (LoraAdapter adapter in adapters)
        {
            if (!ReferenceEquals(adapter.Model, _model))
            {
                throw new ArgumentException("The adapter belongs to another model.", nameof(adapters));
            }
        }

        if (adapters.ToArray().SelectMany(adapter => adapter.Replaced).GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { Key: string twice })
        {
            throw new PalimpsestException($"Two of the adapters replace {twice}. Only one adapter with modules_to_save or biases can be active for a module.");
        }

        Unmerge();
        _active = adapters.ToArray();
        Install(_active);
    }

    /// <summary>Takes all adapters off until the result is disposed; until then the model computes as the base model does.</summary>
    public IDisposable Disabled()
    {
        LoraAdapter[] active = _active;
        bool merged = IsMerged;
        Activate();
        return new Restoration(() =>
        {
            Activate(active);
            if (merged)
            {
                Merge();
            }
        });
    }

    /// <summary>Folds the active adapters into weights that take the place of the base model's, so that the model runs at its own speed. Costs memory for these weights.</summary>
    public void Merge()
    {
        if (IsMerged || _active.Length == 0)
        {
            return;
        }

        if (_linears.Any(item => item.Layer.Packed is not null))
        {
            throw new PalimpsestException("Adapters cannot be merged into quantised weights. Load the model with its weights in f32, or save it merged.");
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor Kept(Tensor fresh, Tensor old)
        {
            Tensor kept = fresh.to_type(old.dtype).clone().DetachFromDisposeScope();
            _merged.Add(kept);
            return kept;
        }

        foreach ((string name, Linear layer, _, _, Func<Linear, Tensor, Tensor> operation) in _linears)
        {
            if (_active.Any(adapter => adapter.Linears.ContainsKey(name)))
            {
                (Tensor weight, Tensor? bias) = MergedLinear(name, layer);
                layer.Bias = bias is null ? null : Kept(bias, layer.Bias!);
                layer.Weight = Kept(weight, layer.Weight);
                layer.Operation = operation;
            }
        }

        if (_active.Any(adapter => adapter.Embedding is not null))
        {
            _model.Embedding.Weight = Kept(MergedEmbedding(), _model.Embedding.Weight);
            _model.Embedding.Operation = _embedding.Operation;
        }
    }

    /// <summary>Takes merged adapters apart from the weights again; they stay active.</summary>
    public void Unmerge()
    {
        if (IsMerged)
        {
            Install(_active);
            _merged.ForEach(tensor => tensor.Dispose());
            _merged.Clear();
        }
    }

    /// <summary>Saves the model with the active adapters folded in, one tensor after the other; the model stays as it is.</summary>
    /// <param name="folder">Created if needed.</param>
    /// <param name="type">Element type of the file: f32 or bf16.</param>
    /// <exception cref="PalimpsestException">The folder cannot be written, or the adapter treats tied weights differently.</exception>
    public void SaveMerged(string folder, ComputeType type = ComputeType.F32)
    {
        Unmerge();
        if (_model.Config.TiedEmbeddings && (!ReferenceEquals(_model.Embedding.Weight, _model.Head!.Weight)
            || _active.Any(adapter => adapter.Embedding is not null || adapter.Linears.ContainsKey(_model.HeadModule!))))
        {
            throw new PalimpsestException(
                "The adapter changes the embedding or the output matrix alone, but the model ties them to each other: they cannot be stored merged. "
                + "Keep the adapter apart, or train it with ensure_weight_tying.");
        }

        ModelFolder.Save(_model, folder, type, slot =>
        {
            using IDisposable noGrad = no_grad();
            Tensor own = _model.Parameters[slot.Name];
            if (ReferenceEquals(own, _embedding.Weight))
            {
                return MergedEmbedding();
            }

            // By the tensor and not by the name, since the bias of an output matrix may be called otherwise than its weight.
            (string module, Linear layer, Tensor weight, _, _) = _linears.FirstOrDefault(
                item => ReferenceEquals(item.Weight, own) || ReferenceEquals(item.Bias, own));
            if (layer is null)
            {
                (_, INorm? norm, Tensor gain, _) = _norms.FirstOrDefault(item => ReferenceEquals(item.Weight, own) || ReferenceEquals(item.Bias, own));
                return norm is null ? own : ReferenceEquals(gain, own) ? norm.Weight : ((LayerNorm)norm).Bias;
            }

            return ReferenceEquals(weight, own) ? MergedLinear(module, layer).Weight : MergedLinear(module, layer).Bias!;
        });
    }

    /// <summary>Takes all adapters off for good.</summary>
    public void Dispose() => Activate();

    private void Install(LoraAdapter[] active)
    {
        foreach ((string name, Linear layer, Tensor weight, Tensor? bias, Func<Linear, Tensor, Tensor> operation) in _linears)
        {
            LinearUpdate[] updates = [.. active.Select(adapter => adapter.Linears.GetValueOrDefault(name)).OfType<LinearUpdate>()];
            layer.Bias = bias is null ? null : active.Select(adapter => adapter.BiasOf(name)).FirstOrDefault(found => found is not null) ?? bias;
            Tensor? own = active.Select(adapter => adapter.WeightOf(name)).FirstOrDefault(found => found is not null);
            layer.Weight = own ?? weight;
            Func<Linear, Tensor, Tensor> below = own is not null && layer.Packed is not null
                ? Linear.Dense // what takes the place of blocks is numbers
                : operation;
            layer.Operation = updates.Length == 0 ? below : (self, x) =>
            {
                Tensor plain = below(self, x), sum = plain;
                foreach (LinearUpdate update in updates)
                {
                    sum = update.Apply(self, x, plain, sum);
                }

                return sum;
            };
        }

        foreach ((string name, INorm norm, Tensor weight, Tensor? bias) in _norms)
        {
            norm.Weight = active.Select(adapter => adapter.WeightOf(name)).FirstOrDefault(found => found is not null) ?? weight;
            if (norm is LayerNorm biased)
            {
                biased.Bias = active.Select(adapter => adapter.BiasOf(name)).FirstOrDefault(found => found is not null) ?? bias!;
            }
        }

        EmbeddingUpdate[] changes = [.. active.Select(adapter => adapter.Embedding).OfType<EmbeddingUpdate>()];
        Tensor? saved = active.Select(adapter => adapter.WeightOf(_model.EmbeddingModule)).FirstOrDefault(found => found is not null);
        _model.Embedding.Weight = saved ?? _embedding.Weight;
        Func<Embedding, Tensor, Tensor> rows = saved is not null && _model.Embedding.Packed is not null ? Embedding.LookUp : _embedding.Operation;
        _model.Embedding.Operation = changes.Length == 0
            ? rows
            : (self, ids) => changes.Aggregate(rows(self, ids), (found, change) => change.Apply(ids, found));
    }

    private (Tensor Weight, Tensor? Bias) MergedLinear(string name, Linear layer)
    {
        (Tensor weight, Tensor? bias) = (layer.Values(), layer.Bias);
        foreach (LinearUpdate update in _active.Select(adapter => adapter.Linears.GetValueOrDefault(name)).OfType<LinearUpdate>())
        {
            weight = update.MergedWeight(weight);
            bias = update.MergedBias(bias);
        }

        return (weight, bias);
    }

    private Tensor MergedEmbedding() =>
        _active.Select(adapter => adapter.Embedding).OfType<EmbeddingUpdate>().Aggregate(_model.Embedding.Values(), (merged, change) => change.Merged(merged));

    private sealed class Restoration(Action restore) : IDisposable
    {
        private Action? _restore = restore;

        public void Dispose()
        {
            _restore?.Invoke();
            _restore = null;
        }
    }
}
