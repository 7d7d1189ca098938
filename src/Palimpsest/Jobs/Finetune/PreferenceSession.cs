using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Preferences;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Transformers;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;
using Palimpsest.Training.Objectives;
using Palimpsest.Training.Objectives.Preferences;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Jobs.Finetune;

/// <summary>Learns which answers are preferred: DPO and its kin, or KTO.</summary>
internal sealed class PreferenceSession : FinetuneSession
{
    private const string ReferenceFile = "reference-scores.bin";
    private readonly FinetuneRecipe _recipe;
    private readonly TorchContext _torch;
    private readonly PreferenceData _data;
    private readonly LanguageModel _model;
    private readonly AnswerSequences[] _heldOut;
    private readonly string _cache;
    private CachedReference? _reference;
    private Objective<PreferenceBatch>? _objective;

    public PreferenceSession(FinetuneRecipe recipe, TorchContext torch, JobContext context)
    {
        (_recipe, _torch, _cache) = (recipe, torch, Path.Combine(context.Run.Artifacts, ReferenceFile));
        _data = PreferenceData.Of(recipe, recipe.Method.Objective is KtoOptions ? AnswerForm.Judged : AnswerForm.Pairs);
        _model = LanguageModel.Load(recipe.Model.Name, torch, recipe.Method.Mode);
        _heldOut = [.. _data.HeldOut.Select(Encoder().EncodeAnswers).OfType<AnswerSequences>()];
        if (_heldOut.Length == 0)
        {
            _model.Dispose();
            throw new PalimpsestException($"{_data.Subject}: none of the {_data.HeldOut.Count} held-out answers fits into {recipe.LengthOf(_model.Model)} tokens. Shorten them, or take a model with a longer context.");
        }
    }

    /// <inheritdoc/>
    public override string Subject => _data.Subject;

    /// <inheritdoc/>
    public override TransformerModel Model => _model.Model;

    /// <inheritdoc/>
    public override IEnumerable<string> Notes => _model.Notes;

    private CachedReference Reference => _reference ?? throw new InvalidOperationException("The session is not prepared.");

    private Objective<PreferenceBatch> Objective => _objective ?? throw new InvalidOperationException("The session is not prepared.");

    /// <inheritdoc/>
    public override void Prepare(LoraAdapters adapters)
    {
        _reference = new CachedReference(Frozen() ?? (IReferenceModel)new AdapterOffReference(_model.Model, adapters), _cache);
        _objective = _recipe.Method.Objective switch
        {
            PreferenceOptions pairs => new PreferenceObjective(_model.Model, pairs, _reference),
            KtoOptions judged => new KtoObjective(_model.Model, judged, _reference),
            ObjectiveOptions other => throw new InvalidOperationException($"{other.GetType().Name} is no preference."),
        };
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Measurement> Measure()
    {
        List<(double Own, double Reference)> scores = [];
        foreach (PreferenceBatch batch in HeldOutBatches())
        {
            scores.AddRange(AnswerScores.Constant(_model.Model, batch.Answers).Zip(Reference.Score(batch.Answers)));
        }

        return [.. _recipe.Method.Objective is KtoOptions ? JudgedFigures(scores) : PairFigures(scores), .. _data.Suite.Measure(_model)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<JobSample> Samples() => JobSample.Of(_data.Suite, _model, _recipe.Evaluate.ShowSamples ?? _recipe.Data.File is null);

    /// <inheritdoc/>
    public override double HeldOutLoss()
    {
        using IDisposable noGrad = no_grad();
        PreferenceBatch[] batches = [.. HeldOutBatches()];
        double denominator = Objective.Begin(batches, 0), total = 0;
        for (int i = 0; i < batches.Length; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            total += Ops.Number(Objective.Sum(batches[i], new ObjectivePass(0, i, _torch.Stream("held-out"), new StepFigures())));
        }

        return total / denominator;
    }

    /// <inheritdoc/>
    public override FinetuneCourse? Train(Trainable trainable, JobContext context)
    {
        ExampleEncoder encoder = Encoder();
        using PreferenceBatches batches = new(_data.Stream(_torch), encoder, _recipe.Train.BatchSize, _torch.Stream("finetune", "batches"));
        using Trainer<PreferenceBatch> trainer =
            new(trainable, Objective, _recipe.Train, batches, _torch.Stream("train"), new CheckpointStore(context.Run.Checkpoints));
        if (!TrainingLoop.Run(trainer, _recipe.Train, context, HeldOutLoss))
        {
            return null;
        }

        if (batches.LeftOut > 0)
        {
            context.Log.Say(string.Create(CultureInfo.InvariantCulture,
                $"{batches.LeftOut:N0} examples were left out: an answer has more than {_recipe.LengthOf(Model):N0} tokens with its prompt, or nothing of it fits."));
        }

        if (encoder.Boundaries.Sentence is string apart)
        {
            context.Log.Say(apart);
        }

        return new FinetuneCourse(trainer.State, batches.MeanLength, batches.LeftOut, batches.FillRate, batches.FillRate);
    }

    /// <inheritdoc/>
    public override void Save(string folder, ComputeType type) => _model.Save(folder, type);

    /// <inheritdoc/>
    public override void SaveBeside(string folder) => _model.Tokenizer.Save(folder);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _objective?.Dispose();
        _reference?.Dispose();
        _model.Dispose();
    }

    private ExampleEncoder Encoder() => new(_model.Tokenizer, _recipe.LengthOf(_model.Model), _recipe.Data.TooLong, chat: _model.Chats);

    private IEnumerable<PreferenceBatch> HeldOutBatches() =>
        _heldOut.OrderBy(answers => answers.Length).Chunk(_recipe.Train.BatchSize).Select(PreferenceBatch.Of);

    /// <summary>A second model, where the weights of the first change or another one is named; null where the adapter can be taken off.</summary>
    private FrozenReference? Frozen()
    {
        if (_recipe.Method.Objective is PreferenceOptions { HasReference: false } || (_recipe.Method.Reference is null && _recipe.Method.Lora is not null))
        {
            return null;
        }

        LanguageModel reference = LanguageModel.Load(_recipe.Method.Reference ?? _recipe.Model.Name, _torch, _recipe.Method.FrozenMode);
        reference.RequireTokensOf(_model, "method.reference");
        return new FrozenReference(reference.Model);
    }

    private IEnumerable<Measurement> PairFigures(List<(double Own, double Reference)> scores)
    {
        // Batch by batch the chosen answers come first.
        List<((double Own, double Reference) Chosen, (double Own, double Reference) Rejected)> pairs = [];
        for (int at = 0; pairs.Count < _heldOut.Length;)
        {
            int count = Math.Min(_recipe.Train.BatchSize, _heldOut.Length - pairs.Count);
            pairs.AddRange(Enumerable.Range(at, count).Select(i => (scores[i], scores[i + count])));
            at += 2 * count;
        }

        yield return Figure("preference_accuracy", "held-out pairs, the chosen answer is likelier", MeasurementUnit.Share,
            pairs.Select(pair => pair.Chosen.Own > pair.Rejected.Own ? 1.0 : 0.0));
        if (_recipe.Method.Objective is PreferenceOptions { HasReference: true })
        {
            yield return Figure("reward_accuracy", "held-out pairs, the chosen answer gained more than the rejected", MeasurementUnit.Share,
                pairs.Select(pair => Margin(pair) > 0 ? 1.0 : 0.0));
            yield return Figure("reward_margin", "held-out pairs, gain of the chosen over the rejected answer in nats", MeasurementUnit.Number,
                pairs.Select(Margin));
        }

        static double Margin(((double Own, double Reference) Chosen, (double Own, double Reference) Rejected) pair) =>
            pair.Chosen.Own - pair.Chosen.Reference - (pair.Rejected.Own - pair.Rejected.Reference);
    }

    private IEnumerable<Measurement> JudgedFigures(List<(double Own, double Reference)> scores)
    {
        bool[] good = [.. HeldOutBatches().SelectMany(batch => batch.Desirable)];
        foreach ((string metric, string label, bool which) in new[] { ("desirable_gain", "held-out good answers, gain in nats", true),
            ("undesirable_gain", "held-out bad answers, gain in nats", false) })
        {
            double[] gains = [.. scores.Zip(good).Where(item => item.Second == which).Select(item => item.First.Own - item.First.Reference)];
            if (gains.Length > 0)
            {
                yield return Figure(metric, label, MeasurementUnit.Number, gains);
            }
        }
    }

    private static Measurement Figure(string metric, string label, MeasurementUnit unit, IEnumerable<double> items)
    {
        double[] values = [.. items];
        return new Measurement { Metric = metric, Label = label, Unit = unit, Numerators = values, Denominators = [.. values.Select(_ => 1.0)] };
    }
}
