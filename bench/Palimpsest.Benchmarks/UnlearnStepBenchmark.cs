using Palimpsest.Data.Batches;
using Palimpsest.Models.Families;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Runs.Recipes;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Objectives.Preferences;
using Palimpsest.Unlearning.Approximate;
using Palimpsest.Unlearning.Approximate.Losses;

namespace Palimpsest.Benchmarks;

/// <summary>A step of unlearning methods (forget and retain rows, forward and backward, and what they ask of the frozen model) against two steps of a language
/// model and as many forward passes over the same rows.</summary>
internal static class UnlearnStepBenchmark
{
    private const int Rows = 8, Time = 256, Prompt = 64;

    public static void Run(int rounds)
    {
        TorchContext context = new();
        TorchThreads.Use(context.Threads);
        LlamaConfig config = StepRatio.Model(Time);
        RandomStream random = context.Stream("bench");
        using CausalModel plain = CausalModel.Create(config, context, random);
        using FrozenReference reference = new(CausalModel.Create(config, context, random));
        TokenBatch Side() => TokenBatch.Of([.. Enumerable.Range(0, Rows).Select(_ =>
            new TokenSequence([.. Enumerable.Range(0, Time).Select(_ => random.NextInt(4096))], Prompt))]);
        TokenBatch forget = Side(), retain = Side();
        using Trainer<TokenBatch> language = Trainer.Of(plain, StepRatio.Endless, new StepRatio.Repeated<TokenBatch>(forget, retain), new RandomStream(7,
            "train"));
        UnlearningOptions[] methods = [new GradDiffOptions(), new NpoOptions(), new KlMinOptions(), new UndialOptions { Alpha = 1 },
            new RmuOptions { Layer = 5 }];
        foreach (UnlearningOptions options in methods)
        {
            TokenBatch[] asked = options switch
            {
                NpoOptions or UndialOptions => [forget],
                KlMinOptions or RmuOptions => [retain],
                _ => [],
            };
            using CausalModel policy = CausalModel.Create(config, context, random);
            using UnlearningObjective objective =
                UnlearningObjective.Of(policy, options, new FrozenModels { Reference = reference }, new RandomStream(7, "unlearn"));
            using Trainer<ForgetRetainBatch> unlearning = new(Trainable.Whole(policy), objective, StepRatio.Endless,
                new StepRatio.Repeated<ForgetRetainBatch>(new ForgetRetainBatch(forget, retain)), new RandomStream(7, "train"));
            StepRatio.Measure($"{RecipeChoices.NameOf(options)} step", () => StepRatio.Step(unlearning, 1), $"two steps and {asked.Length} forward passes",
                () =>
            {
                StepRatio.Step(language, 2);
                foreach (TokenBatch batch in asked)
                {
                    reference.Score(batch);
                }
            }, rounds);
        }
    }
}
