using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Training;
using Palimpsest.Unlearning.Relearning;
using Palimpsest.Unlearning.Relearning.Sets;
using Palimpsest.Unlearning.SiftMasks;

namespace Palimpsest.Tests.Unlearning.Relearning;

/// <summary>The embedded model and an owner of the embedded world.</summary>
internal static class BaseModel
{
    public static RelearnMaterial Material { get; } = RelearnMaterial.OfOwner(World.V1.Owner(11), 20, World.V1.Owner(12), World.V1);

    public static RelearnSubject Subject { get; } = new("base", Load);

    public static LanguageModel Load(LoadMode mode = LoadMode.Trainable) => LanguageModel.Load("base-v1", TestContexts.F32(), mode);

    /// <summary>Learns texts by heart.</summary>
    public static void Learn(LanguageModel model, IEnumerable<TextExample> texts, int steps)
    {
        ExampleEncoder encoder = new(model.Tokenizer, model.Model.Config.ContextLength);
        OwnerBatches batches = new([.. texts.Select(text => encoder.Encode(text)!)], 64, new RandomStream(1));
        using Trainer<TokenBatch> trainer = Trainer.Of(model.Model, new TrainOptions { Steps = steps, LearningRate = 2e-3, Accumulate = batches.Parts },
            batches,
            new RandomStream(1, "train"));
        trainer.Run();
    }
}
