using System.Diagnostics;
using Palimpsest.Data.Batches;
using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Training;
using Palimpsest.Training.Schedules;
using Palimpsest.Unlearning.Relearning.Exams;
using Palimpsest.Unlearning.Relearning.Sets;
using Palimpsest.Unlearning.SiftMasks;

namespace Palimpsest.Unlearning.Relearning;

/// <summary>Tunes a model on a relearning set for some steps and asks it on the way.</summary>
/// <remarks>Hu et al., Unlearning or Obfuscating?, ICLR 2025. Draws depend on the set and not on the model: models that are compared get the same texts in the
/// same order, and the same fresh adapter.</remarks>
public sealed class RelearningAttack
{
    private readonly RelearnOptions _options;
    private readonly IRelearnExam _exam;
    private readonly RandomStream _random;

    /// <summary>An attack.</summary>
    /// <param name="options">How a model learns again.</param>
    /// <param name="exam">What it is asked.</param>
    /// <param name="random">All draws.</param>
    /// <exception cref="PalimpsestException">The settings make no sense.</exception>
    public RelearningAttack(RelearnOptions options, IRelearnExam exam, RandomStream random)
    {
        _options = options ?? throw new ArgumentNullException(nameof(options));
        _exam = exam ?? throw new ArgumentNullException(nameof(exam));
        _random = random ?? throw new ArgumentNullException(nameof(random));
        if (string.Join(" ", options.Problems().Concat(options.Lora?.Problems() ?? [])) is { Length: > 0 } problems)
        {
            throw new PalimpsestException(problems);
        }
    }

    /// <summary>Attacks a model.</summary>
    /// <param name="subject">The model.</param>
    /// <param name="set">What it learns again.</param>
    /// <param name="stop">Ends the attack; nothing of it is kept then.</param>
    /// <returns>The curve. A training that diverges ends it early, which is no error: it is what the attacker sees.</returns>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public RelearnCourse Run(RelearnSubject subject, RelearnSet set, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(set);
        long started = Stopwatch.GetTimestamp();
        RandomStream random = _random.Child("relearn", set.Name);
        using LanguageModel model = subject.Load(_options.Lora is null ? LoadMode.Trainable : LoadMode.Mapped);
        using LoraAdapter? adapter = _options.Lora is LoraOptions lora ? LoraAdapter.Create(model.Model, lora, random.Child("adapter")) : null;
        using LoraAdapters adapters = new(model.Model);
        if (adapter is not null)
        {
            adapters.Activate(adapter);
        }

        OwnerBatches batches = new(set.Sequences, _options.BatchSize, random.Child("batches"));
        TrainOptions train = new()
        {
            Steps = _options.Steps,
            Accumulate = batches.Parts,
            LearningRate = _options.Rate,
            Schedule = ScheduleKind.Constant,
            WarmupSteps = 0,
            EvaluateEvery = _options.EvaluateEvery,
        };
        List<RelearnPoint> points = [new(0, _exam.Ask(model))];
        bool diverged = false;
        using Trainer<TokenBatch> trainer =
            Trainer.Of(model.Model, adapter is null ? Trainable.Whole(model.Model) : Trainable.Adapter(adapter), train, batches, random.Child("train"));
        try
        {
            trainer.Run(evaluate: step =>
            {
                points.Add(new RelearnPoint(step, _exam.Ask(model)));
                return 0;
            }, stop: stop);
            stop.ThrowIfCancellationRequested();
        }
        catch (DivergedException)
        {
            diverged = true;
        }

        return new RelearnCourse
        {
            Model = subject.Label,
            Set = set.Name,
            Adapter = adapter is not null,
            Points = points,
            Texts = set.Sequences.Count,
            Told = set.Told,
            Diverged = diverged,
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
        };
    }
}
