using Palimpsest.Data.Safetensors;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Text;
using static TorchSharp.torch;

namespace Palimpsest.Models.Sources;

/// <summary>A folder in the Hugging Face form: <c>config.json</c>, safetensors in one file or in shards, <c>tokenizer.json</c>.</summary>
internal sealed class FolderSource : ModelSource
{
    private readonly SafetensorsSet _weights;
    private readonly StoredTensors _stored;

    private FolderSource(string folder, ModelConfig config, SafetensorsSet weights)
        : base(folder, config)
    {
        _weights = weights;
        _stored = new StoredTensors(weights, config, Layout);
    }

    public override string Format => _weights.FileCount == 1 ? "Hugging Face folder" : $"Hugging Face folder with {_weights.FileCount} shards";

    public override IReadOnlyDictionary<string, string> Unused => _stored.Unused;

    public static FolderSource OpenFolder(string folder, string configName)
    {
        ModelConfig config = ModelConfigFile.Read(System.IO.Path.Combine(folder, configName));
        config = config is CausalConfig causal ? GenerationConfigFile.Apply(folder, causal, configName) : config;
        SafetensorsSet weights = SafetensorsSet.Open(folder);
        try
        {
            return new FolderSource(folder, config.Architecture.Fit(config, name => StoredTensors.Find(weights, config, name) is not null), weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public override Tokenizer ReadTokenizer() => Tokenizer.Load(Path);

    public override (string Type, long Bytes) Stored(ParameterSlot slot) => (_stored[slot].Type.ToString(), _stored[slot].ByteLength);

    internal override bool Holds(ParameterSlot slot) => _stored.Holds(slot);

    internal override void Fill(ParameterSlot slot, Tensor target) => _stored.Fill(slot, target);

    private protected override Tensor? TryMap(ParameterSlot slot, ScalarType wanted) => _stored.TryMap(slot, wanted);

    private protected override StoredMatrix? TryKeep(ParameterSlot slot, bool copy) => _stored.TryKeep(slot, copy);

    private protected override void Close() => _weights.Dispose();
}
