using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Torch;

namespace Palimpsest.Benchmarks;

/// <summary>Four-way questions by likelihood, the answers to a question beside each other, so that what they share is computed once, against the same sequences
/// dealt out so that no two neighbours share a prompt.</summary>
internal static class ScoringBenchmark
{
    private const int Owners = 10;

    public static void Run(int rounds)
    {
        TorchContext context = new();
        TorchThreads.Use(context.Threads);
        using LanguageModel model = LanguageModel.Load(EmbeddedModels.Default, context, LoadMode.Mapped);
        ExampleEncoder encoder = new(model.Tokenizer, model.Model.Config.ContextLength);
        TokenSequence[][] questions = [.. Enumerable.Range(0, Owners).SelectMany(owner => World.V1.Owner(owner).HeldOutQuestions()).Select(question =>
            question.Completions().Select(answer => encoder.EncodeOpen(question.Prompt, answer)).ToArray())];
        (int count, int choices) = (questions.Length, questions[0].Length);
        TokenSequence[] together = [.. questions.SelectMany(answers => answers)];
        TokenSequence[] apart = [.. Enumerable.Range(0, choices).SelectMany(choice => questions.Select(answers => answers[choice]))];
        double[] a = SequenceScorer.LogLikelihoods(model.Model, together), b = SequenceScorer.LogLikelihoods(model.Model, apart);
        double worst = Enumerable.Range(0, together.Length).Max(i => Math.Abs(a[i] - b[(i % choices * count) + (i / choices)]));
        Console.WriteLine(FormattableString.Invariant($"{count} questions with {choices} answers; largest difference of a score {worst:G2} nats"));
        StepRatio.Measure("shared prefixes", () => SequenceScorer.LogLikelihoods(model.Model, together), "each sequence alone",
            () => SequenceScorer.LogLikelihoods(model.Model, apart), rounds, "");
    }
}
