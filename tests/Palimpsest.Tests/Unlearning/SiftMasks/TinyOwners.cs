using Palimpsest.Data;
using Palimpsest.Models;
using Palimpsest.Models.Families;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Text;
using Palimpsest.Torch;
using Palimpsest.Unlearning.SiftMasks;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Tests.Unlearning.SiftMasks;

/// <summary>Stores on a model of 20,000 trainable parameters, for tests that join and leave a thousand times.</summary>
internal static class TinyOwners
{
    /// <summary>Writes the model: random weights under the tokenizer of base-v1.</summary>
    public static string SaveModel(string folder)
    {
        Tokenizer tokenizer = Tokenizer.Load(EmbeddedModels.Resolve(EmbeddedModels.Default));
        LlamaConfig config = new() { VocabularySize = tokenizer.VocabularySize, HiddenSize = 32, IntermediateSize = 64, Layers = 2, Heads = 2, KeyValueHeads = 2, HeadWidth = 16, ContextLength = 64 };
        using LanguageModel model = new(CausalModel.Create(config, new TorchContext(threads: 1), new RandomStream(5, "tiny")), tokenizer, "tiny");
        model.Save(folder);
        return folder;
    }

    public static OwnerStore Create(string folder, string model) => OwnerStore.Create(folder, model, new OwnerTuning { Steps = 2, LearningRate = 1e-2 }, alpha: 1.5, seed: 11);

    /// <summary>Makes vectors of a store, on the test's own thread.</summary>
    public static OwnerReplay Replay(OwnerStore store)
    {
        TorchThreads.Use(store.Settings.Tuning.Threads);
        return new(store, new TorchContext(threads: store.Settings.Tuning.Threads));
    }

    public static OwnerData Data(string name) => new("memory", null, [new TextExample($"Where does {name} live?", $" In {name}ville."), new TextExample($"What does {name} do?", $" {name} paints.")]);
}
