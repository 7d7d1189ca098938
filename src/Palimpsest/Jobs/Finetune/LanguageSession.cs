using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Jobs.Finetune;

/// <summary>Goes on with texts, or names their classes by a head over the last token: cross-entropy.</summary>
internal sealed class LanguageSession : FinetuneSession
{
    private readonly FinetuneRecipe _recipe;
    private readonly TorchContext _torch;
    private readonly FinetuneData _data;
    private readonly LanguageModel _model;

    public LanguageSession(FinetuneRecipe recipe, TorchContext torch)
    {
        (_recipe, _torch, _data) = (recipe, torch, FinetuneData.Of(recipe));
        _model = _data.Labels.Count > 0
            ? LanguageModel.LoadClassifier(recipe.Model.Name, torch, _data.Labels, torch.Stream("finetune", "head"))
            : LanguageModel.Load(recipe.Model.Name, torch, recipe.Method.Mode);
    }

    /// <inheritdoc/>
    public override string Subject => _data.Evaluation.Subject;

    /// <inheritdoc/>
    public override TransformerModel Model => _model.Model;

    /// <inheritdoc/>
    public override IEnumerable<string> Notes => _model.Notes;

    /// <inheritdoc/>
    public override IReadOnlyList<Measurement> Measure() => _data.Evaluation.Suite.Measure(_model);

    /// <inheritdoc/>
    public override IReadOnlyList<JobSample> Samples() =>
        JobSample.Of(_data.Evaluation.Suite, _model, _recipe.Evaluate.ShowSamples ?? _recipe.Data.File is null);

    /// <inheritdoc/>
    public override double HeldOutLoss() => _data.Labels.Count > 0
        ? ClassPrediction.Of(_model, _data.Evaluation.Texts).Average(found => found.Nats)
        : Math.Log(TextPerplexity.PerToken(TextPerplexity.Measure(_model, _data.Evaluation.Texts)));

    /// <inheritdoc/>
    public override IReadOnlyList<JobBaseline> Baselines() => _data.Baselines(_torch.Stream("finetune", "baselines"));

    /// <inheritdoc/>
    public override FinetuneCourse? Train(Trainable trainable, JobContext context)
    {
        int length = _recipe.LengthOf(Model);
        ExampleEncoder encoder = _data.Labels.Count > 0
            ? new ExampleEncoder(_model.Tokenizer, length, _data.Labels, _recipe.Data.TooLong)
            : new ExampleEncoder(_model.Tokenizer, length, _recipe.Data.TooLong, _recipe.Data.LossOnPrompt, _model.Chats);
        RandomStream order = _torch.Stream("finetune", "batches");
        using IExampleBatches batches = _recipe.Data.Packing
            ? new PackedBatches(_data.Stream(_torch), encoder, length, _recipe.Train.BatchSize, order)
            : new StreamBatches(_data.Stream(_torch), encoder, _recipe.Train.BatchSize, order);
        using Trainer<TokenBatch> trainer =
            Trainer.Of(Model, trainable, _recipe.Train, batches, _torch.Stream("train"), new CheckpointStore(context.Run.Checkpoints));
        if (!TrainingLoop.Run(trainer, _recipe.Train, context, HeldOutLoss))
        {
            return null;
        }

        if (batches.LeftOut > 0)
        {
            context.Log.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{batches.LeftOut:N0} of the {batches.Read:N0} examples read were left out: they have more than {length:N0} tokens, or nothing in those is to be learnt (a prompt fills them alone)."));
        }

        if (encoder.Boundaries.Sentence is string apart)
        {
            context.Log.Say(apart);
        }

        return new FinetuneCourse(trainer.State, batches.MeanLength, batches.LeftOut, batches.FillRate, batches.UnpackedFillRate);
    }

    /// <inheritdoc/>
    public override void Save(string folder, ComputeType type) => _model.Save(folder, type);

    /// <inheritdoc/>
    public override void SaveBeside(string folder) => _model.Tokenizer.Save(folder);

    /// <inheritdoc/>
    public override void Dispose() => _model.Dispose();
}
