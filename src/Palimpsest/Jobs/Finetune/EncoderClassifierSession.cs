using System.Numerics.Tensors;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Text;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Objectives;

namespace Palimpsest.Jobs.Finetune;

/// <summary>Names the class of a text by an encoder's head over the first token: cross-entropy.</summary>
internal sealed class EncoderClassifierSession : EncoderSession
{
    private readonly FinetuneData _data;
    private readonly IReadOnlyList<string> _fresh;
    private readonly TokenBatch[] _heldOut;

    private EncoderClassifierSession(FinetuneRecipe recipe, TorchContext torch, FinetuneData data, EncoderModel model, Tokenizer tokenizer,
        IReadOnlyList<string> fresh)
        : base(recipe, torch, model, tokenizer, data.Labels)
    {
        (_data, _fresh) = (data, fresh);
        try
        {
            _heldOut = Batches(data.Evaluation.Texts);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Reads data and model; the head is fresh unless the model has one for just these classes.</summary>
    public static EncoderClassifierSession Of(FinetuneRecipe recipe, TorchContext torch)
    {
        FinetuneData data = FinetuneData.Of(recipe);
        using ModelSource source = Open(recipe);
        Tokenizer tokenizer = source.ReadTokenizer();

        // What is neither in the files nor part of the head by PEFT's names must be in an adapter all the same: the base model does not have it.
        string[] fresh = source.Config.Labels.SequenceEqual(data.Labels) ? [] :
        [
            .. TransformerModel.LayoutOf(source.Config.WithLabels(data.Labels)).Slots.Where(slot => !source.Holds(slot)).Select(slot =>
                slot.Name[..slot.Name.LastIndexOf('.')]).Distinct()
                .Where(module => !LoraOptions.ClassifierHeads.Any(head => LoraSelector.Saves(head, module))),
        ];
        EncoderModel model = source.LoadClassifier<EncoderModel>(torch, data.Labels, torch.Stream("finetune", "head"), Mode(recipe));
        return new EncoderClassifierSession(recipe, torch, data, model, tokenizer, fresh);
    }

    /// <inheritdoc/>
    public override string Subject => _data.Evaluation.Subject;

    /// <inheritdoc/>
    public override LoraOptions AdapterOptions(LoraOptions asked) => asked with { SaveModules = [.. asked.SaveModules.Union(_fresh)] };

    /// <inheritdoc/>
    public override IReadOnlyList<Measurement> Measure()
    {
        List<double> right = [], nats = [];
        int classes = _data.Labels.Count;
        foreach (TokenBatch batch in _heldOut)
        {
            (float[] own, float[] scores) = Score(batch);
            nats.AddRange(own.Select(value => -(double)value));
            right.AddRange(batch.Targets.Select((target, i) => TensorPrimitives.IndexOfMax<float>(scores.AsSpan(i * classes, classes)) == target ? 1.0 : 0.0));
        }

        double[] ones = [.. right.Select(_ => 1.0)];
        return
        [
            new Measurement
            {
                Metric = EvaluationData.LabelChoice, Label = "held-out examples, accuracy of the classes", Unit = MeasurementUnit.Share, Numerators = right,
                    Denominators = ones, Chance = 1.0 / classes,
            },
            new Measurement { Metric = "held_out_nats", Label = "held-out examples, nats of the true class", Unit = MeasurementUnit.Number, Numerators = nats,
                Denominators = ones },
        ];
    }

    /// <inheritdoc/>
    public override double HeldOutLoss() => _heldOut.SelectMany(batch => Score(batch).Own).Average(value => -(double)value);

    /// <inheritdoc/>
    public override IReadOnlyList<JobBaseline> Baselines() => _data.Baselines(Torch.Stream("finetune", "baselines"));

    /// <inheritdoc/>
    public override FinetuneCourse? Train(Trainable trainable, JobContext context)
    {
        using TokenCrossEntropy objective = new(Encoder);
        return Train(trainable, context, _data.Stream(Torch), objective);
    }
}
