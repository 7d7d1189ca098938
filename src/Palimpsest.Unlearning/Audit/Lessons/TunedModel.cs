using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;

namespace Palimpsest.Unlearning.Audit.Lessons;

/// <summary>A model that is trained whole, or by an adapter beside its mapped weights.</summary>
internal sealed class TunedModel : IDisposable
{
    private readonly LoraAdapter? _adapter;
    private readonly LoraAdapters _adapters;

    /// <summary>Loads it.</summary>
    /// <param name="source">A folder, a file or an embedded model.</param>
    /// <param name="lora">The adapter; null where all parameters are trained.</param>
    /// <param name="torch">Device and threads.</param>
    /// <param name="random">Draws the adapter's start.</param>
    public TunedModel(string source, LoraOptions? lora, TorchContext torch, RandomStream random)
    {
        Model = LanguageModel.Load(source, torch, lora is null ? LoadMode.Trainable : LoadMode.Mapped);
        _adapters = new LoraAdapters(Model.Model);
        _adapter = lora is null ? null : LoraAdapter.Create(Model.Model, lora, random);
        if (_adapter is not null)
        {
            _adapters.Activate(_adapter);
        }
    }

    /// <summary>The model as it is.</summary>
    public LanguageModel Model { get; }

    /// <summary>What is trained.</summary>
    public Trainable Trainable => _adapter is null ? Trainable.Whole(Model.Model) : Trainable.Adapter(_adapter);

    /// <summary>Saves it as a folder, an adapter merged in.</summary>
    public void Save(string folder)
    {
        if (_adapter is null)
        {
            Model.Save(folder);
            return;
        }

        _adapters.SaveMerged(folder, Model.Model.Context.ComputeType);
        Model.Tokenizer.Save(folder);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _adapters.Dispose();
        _adapter?.Dispose();
        Model.Dispose();
    }
}
