using System.Globalization;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Text;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Jobs.Finetune;

/// <summary>What the tasks of an encoder with a head have in common: its texts, its batches, its folder.</summary>
internal abstract class EncoderSession : FinetuneSession
{
    private readonly FinetuneRecipe _recipe;
    private readonly EncoderTexts _texts;

    /// <param name="recipe">The recipe.</param>
    /// <param name="torch">Device, compute type and seed.</param>
    /// <param name="encoder">The encoder; disposed with this object.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="labels">The classes; none for another task.</param>
    protected EncoderSession(FinetuneRecipe recipe, TorchContext torch, EncoderModel encoder, Tokenizer tokenizer, IReadOnlyList<string> labels)
    {
        (_recipe, Torch, Encoder, Tokenizer) = (recipe, torch, encoder, tokenizer);
        _texts = new EncoderTexts(tokenizer, recipe.LengthOf(encoder), recipe.Data.TooLong, labels);
        if (tokenizer.VocabularySize > encoder.Config.VocabularySize)
        {
            encoder.Dispose();
            throw new PalimpsestException($"{recipe.Model.Name}: the tokenizer has {tokenizer.VocabularySize} tokens, the model "
                + $"{encoder.Config.VocabularySize}. They do not belong together.");
        }
    }

    /// <inheritdoc/>
    public override TransformerModel Model => Encoder;

    /// <inheritdoc/>
    public override IEnumerable<string> Notes => Tokenizer.Notes;

    /// <summary>The encoder.</summary>
    protected EncoderModel Encoder { get; }

    /// <summary>Its tokenizer.</summary>
    protected Tokenizer Tokenizer { get; }

    /// <summary>Device, compute type and seed.</summary>
    protected TorchContext Torch { get; }

    /// <inheritdoc/>
    public override void Save(string folder, ComputeType type)
    {
        ModelFolder.Save(Encoder, folder, type);
        Tokenizer.Save(folder);
    }

    /// <inheritdoc/>
    public override void SaveBeside(string folder) => Tokenizer.Save(folder);

    /// <inheritdoc/>
    public override void Dispose() => Encoder.Dispose();

    /// <summary>Opens the recipe's model.</summary>
    protected static ModelSource Open(FinetuneRecipe recipe) => ModelSource.Open(Models.EmbeddedModels.Resolve(recipe.Model.Name));

    /// <summary>How the weights are loaded: frozen under an adapter.</summary>
    protected static LoadMode Mode(FinetuneRecipe recipe) => recipe.Method.Lora is null ? LoadMode.Trainable : LoadMode.Mapped;

    /// <summary>Held-out examples in batches, in their order.</summary>
    /// <exception cref="PalimpsestException">None fits.</exception>
    protected TokenBatch[] Batches(IReadOnlyList<TextExample> examples)
    {
        TokenBatch[] batches = [.. examples.Select(_texts.Encode).OfType<TokenSequence>().Chunk(_recipe.Train.BatchSize).Select(TokenBatch.Of)];
        return batches.Length > 0
            ? batches : throw new PalimpsestException($"None of the {examples.Count} held-out examples fits into {_texts.MaxLength} tokens. Set "
                + "data.too_long to truncate.");
    }

    /// <summary>Natural logarithms of the probabilities of a batch's targets, and of all classes where there are some.</summary>
    protected (float[] Own, float[] Classes) Score(TokenBatch batch)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        if (Encoder.Config.Labels.Count == 0)
        {
            return (TensorBytes.ToArray(Encoder.LogProbabilities(Encoder.Hidden(batch), batch.Rows, batch.Targets).to_type(ScalarType.Float32).to(CPU)), []);
        }

        float[] classes = TensorBytes.ToArray(Encoder.ClassLogProbabilities(batch).to_type(ScalarType.Float32).to(CPU));
        return ([.. batch.Targets.Select((target, i) => classes[(i * Encoder.Config.Labels.Count) + target])], classes);
    }

    /// <summary>Trains on a stream of examples.</summary>
    protected FinetuneCourse? Train(Trainable trainable, JobContext context, IExampleStream stream, Objective<TokenBatch> objective)
    {
        using StreamBatches batches = new(stream, _texts.Encode, _texts.MaxLength, _recipe.Train.BatchSize, Torch.Stream("finetune", "batches"));
        using Trainer<TokenBatch> trainer =
            new(trainable, objective, _recipe.Train, batches, Torch.Stream("train"), new CheckpointStore(context.Run.Checkpoints));
        if (!TrainingLoop.Run(trainer, _recipe.Train, context, HeldOutLoss))
        {
            return null;
        }

        if (batches.LeftOut > 0)
        {
            context.Log.Say(string.Create(CultureInfo.InvariantCulture,
                $"{batches.LeftOut:N0} of the {batches.Read:N0} examples read were left out: they have more than {_texts.MaxLength:N0} tokens."));
        }

        return new FinetuneCourse(trainer.State, batches.MeanLength, batches.LeftOut, batches.FillRate, batches.UnpackedFillRate);
    }
}
