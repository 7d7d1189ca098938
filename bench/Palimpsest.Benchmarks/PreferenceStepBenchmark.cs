using Palimpsest.Data.Batches;
using Palimpsest.Models.Families;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Objectives.Preferences;

namespace Palimpsest.Benchmarks;

/// <summary>A step of DPO (chosen and rejected answers, forward and backward, and the reference forward) against two steps of a language model and two forward
/// passes over the same tokens, alternately in one process.</summary>
internal static class PreferenceStepBenchmark
{
    private const int Pairs = 8, Time = 256, Prompt = 64;

    public static void Run(int rounds)
    {
        TorchContext context = new();
        TorchThreads.Use(context.Threads);
        LlamaConfig config = StepRatio.Model(Time);
        RandomStream random = context.Stream("bench");
        using CausalModel policy = CausalModel.Create(config, context, random), plain = CausalModel.Create(config, context, random);
        using FrozenReference reference = new(CausalModel.Create(config, context, random));
        TokenSequence Answer() => new([.. Enumerable.Range(0, Time).Select(_ => random.NextInt(4096))], Prompt);
        TokenSequence[] chosen = [.. Enumerable.Range(0, Pairs).Select(_ => Answer())], rejected = [.. Enumerable.Range(0, Pairs).Select(_ => Answer())];
        PreferenceBatch pairs = PreferenceBatch.Of([.. chosen.Zip(rejected, (a, b) => new AnswerSequences(a, b, true))]);
        TokenBatch[] halves = [TokenBatch.Of(chosen), TokenBatch.Of(rejected)];
        using PreferenceObjective objective = new(policy, new DpoOptions(), reference);
        using Trainer<PreferenceBatch> preference =
            new(Trainable.Whole(policy), objective, StepRatio.Endless, new StepRatio.Repeated<PreferenceBatch>(pairs), new RandomStream(7, "train"));
        using Trainer<TokenBatch> language = Trainer.Of(plain, StepRatio.Endless, new StepRatio.Repeated<TokenBatch>(halves), new RandomStream(7, "train"));

        StepRatio.Measure("preference step", () => StepRatio.Step(preference, 1), "two steps and two forward passes", () =>
        {
            StepRatio.Step(language, 2);
            foreach (TokenBatch half in halves)
            {
                reference.Score(half);
            }
        }, rounds);
    }
}
