using System.Globalization;
using System.Runtime.InteropServices;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Objectives.Preferences;
using Palimpsest.Unlearning.Approximate;
using Palimpsest.Unlearning.SiftMasks;

namespace Palimpsest.Unlearning.Audit.Lessons;

/// <summary>Models that learn, or unlearn, for an audit: each ends as a folder, which is whole or not there, and replaces one that was there.</summary>
/// <param name="origin">The model that all of it begins with.</param>
/// <param name="lora">The adapter by which models learn and unlearn approximately; null where all parameters are trained.</param>
/// <param name="torch">Device, threads and seed.</param>
/// <param name="stop">Ends between two steps with <see cref="OperationCanceledException"/>.</param>
internal sealed class LessonModels(string origin, LoraOptions? lora, TorchContext torch, CancellationToken stop)
{
    /// <summary>Learns examples.</summary>
    /// <param name="folder">Where the model goes.</param>
    /// <param name="examples">At least one.</param>
    /// <param name="train">Settings.</param>
    /// <param name="step">Called after every step.</param>
    public void Learn(string folder, IReadOnlyList<TextExample> examples, TrainOptions train, Action<TrainProgress>? step = null) => Make(folder, target =>
    {
        using TunedModel tuned = new(origin, lora, torch, torch.Stream("audit", "learn", "adapter"));
        LanguageModel model = tuned.Model;
        OwnerBatches batches = new(Encoded(model, examples), train.BatchSize, torch.Stream("audit", "learn"));
        using Trainer<TokenBatch> trainer = Trainer.Of(model.Model, tuned.Trainable, train with { Accumulate = batches.Parts, CheckpointEvery = 0 }, batches,
            torch.Stream("audit", "learn", "train"));
        trainer.Run(step, stop: stop);
        tuned.Save(target);
    });

    /// <summary>Unlearns by an approximate method from the model that has learnt: until the forget answers are as unlikely as they should
    /// be, at the latest after all steps.</summary>
    /// <param name="folder">Where the model goes.</param>
    /// <param name="learnt">The folder of the model that has learnt.</param>
    /// <param name="lesson">What is to be forgotten and what is to stay.</param>
    /// <param name="method">The loss.</param>
    /// <param name="train">Settings; <see cref="TrainOptions.EvaluateEvery"/> says how often the answers are asked.</param>
    /// <param name="enough">Whether a model has forgotten enough.</param>
    /// <param name="step">Called after every step.</param>
    /// <returns>The steps that were taken.</returns>
    public int Unlearn(string folder, string learnt, ForgetLesson lesson, UnlearningOptions method, TrainOptions train, Func<LanguageModel, bool> enough,
        Action<TrainProgress>? step = null)
    {
        int steps = 0;
        Make(folder, target =>
        {
            using TunedModel tuned = new(learnt, lora, torch, torch.Stream("audit", "unlearn", "adapter"));
            LanguageModel model = tuned.Model;
            using LanguageModel? frozen = method.NeedsReference ? LanguageModel.Load(learnt, torch, LoadMode.Mapped) : null;
            using FrozenReference? reference = frozen is null ? null : new FrozenReference(frozen.Model);
            using UnlearningObjective objective = UnlearningObjective.Of(model.Model, method, new FrozenModels { Reference = reference },
                torch.Stream("audit", "unlearn", "objective"));
            ExampleEncoder encoder = model.Encoder();
            EncodedList forget = new(new ListSource("the forget set", lesson.Forget), encoder), retain = new(new ListSource("the retain set", lesson.Retain),
                encoder);
            ForgetRetainBatches batches = new(forget, method.NeedsRetain ? retain : null, train.BatchSize, torch.Stream("audit", "unlearn", "batches"),
                method.Alternates == AlternateAnswers.Refusals ? OtherAnswers.Refusing(forget, [.. OtherAnswers.Refusals]) : null);
            using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
            using Trainer<ForgetRetainBatch> trainer = new(tuned.Trainable, objective, train with { CheckpointEvery = 0 }, batches,
                torch.Stream("audit", "unlearn", "train"));
            trainer.Run(step, _ =>
            {
                if (enough(model))
                {
                    ended.Cancel();
                }

                return 0;
            }, ended.Token);
            steps = trainer.State.Step;
            tuned.Save(target);
        });
        return steps;
    }

    /// <summary>Owners learn by SIFT-Masks, some leave again, and what former owners and strangers are served is saved, beside what they would be served if
    /// those had never joined.</summary>
    /// <param name="folder">Where the model goes.</param>
    /// <param name="without">Where the other one goes.</param>
    /// <param name="owners">The examples of each owner.</param>
    /// <param name="leaving">How many of them leave, the first ones.</param>
    /// <param name="tuning">How each is tuned.</param>
    /// <param name="done">Called after each owner with the number of owners so far.</param>
    /// <returns>Whether the sum after the deletions has the bits of one that the leaving owners were never part of.</returns>
    public bool LearnAndDelete(string folder, string without, IReadOnlyList<IReadOnlyList<TextExample>> owners, int leaving, OwnerTuning tuning,
        Action<int>? done = null)
    {
        bool equal = true;
        Make(folder, target =>
        {
            LanguageModel model = LanguageModel.Load(origin, torch, LoadMode.TrainableHidden);
            SignVector signs = new(torch.Stream("sift", "signs"), model.Model.Parameters.Flat!.Layout.Count);
            using SiftTuner tuner = new(model, tuning, signs);
            using FixedPointAccumulator sum = new(tuner.Layout.Count), never = new(tuner.Layout.Count);
            List<float[]> left = [];
            for (int owner = 0; owner < owners.Count; owner++)
            {
                float[] vector = new float[tuner.Layout.Count];
                tuner.Tune(owners[owner], torch.Stream("sift", "owner", owner.ToString(CultureInfo.InvariantCulture)), vector, stop: stop);
                sum.Add(0, vector);
                if (owner < leaving)
                {
                    left.Add(vector);
                }
                else
                {
                    never.Add(0, vector);
                }

                done?.Invoke(owner + 1);
            }

            left.ForEach(vector => sum.Subtract(0, vector));
            int staying = owners.Count - leaving;
            (float[] served, float[] other) = (SiftServing.Maskless(sum, staying), SiftServing.Maskless(never, staying));
            equal = MemoryMarshal.AsBytes<float>(served).SequenceEqual(MemoryMarshal.AsBytes<float>(other));
            Make(without, beside =>
            {
                tuner.Serve(other);
                model.Save(beside);
            });
            tuner.Serve(served);
            model.Save(target);
        });
        return equal;
    }

    private static TokenSequence[] Encoded(LanguageModel model, IReadOnlyList<TextExample> examples)
    {
        ExampleEncoder encoder = model.Encoder();
        return [.. examples.Select(encoder.Encode).OfType<TokenSequence>()];
    }

    private void Make(string folder, Action<string> make)
    {
        string beside = folder + ".tmp";
        foreach (string old in new[] { beside, folder }.Where(Directory.Exists))
        {
            Directory.Delete(old, recursive: true);
        }

        make(beside);
        stop.ThrowIfCancellationRequested();
        Directory.Move(beside, folder);
    }
}
