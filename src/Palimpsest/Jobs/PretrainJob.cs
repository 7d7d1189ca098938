using System.Globalization;
using Palimpsest.Data;
using Palimpsest.Data.Worlds;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Text;
using Palimpsest.Torch;
using Palimpsest.Training;

namespace Palimpsest.Jobs;

/// <summary>Learns a tokenizer and pre-trains a model from nothing.</summary>
public static class PretrainJob
{
    private const string Begin = "<|begin|>", End = "<|end|>";
    private const int ShuffleBuffer = 4096;

    /// <summary>Runs to the last step, or goes on where an interrupted run in the same folder stopped.</summary>
    /// <returns>The folder of the finished model, or null if the run was stopped.</returns>
    /// <exception cref="PalimpsestException">The data cannot be read, the loss is not finite, or the folder cannot be written.</exception>
    public static string? Run(PretrainRecipe recipe, JobContext job, TorchContext context)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(context);
        string folder = Path.Combine(job.Folder, "artifacts", "model");
        (IExampleSource texts, IReadOnlyList<TextExample> heldOut) = Data(recipe.Data);
        Tokenizer tokenizer = LearnTokenizer(recipe, texts, Path.Combine(job.Folder, "artifacts", "tokenizer"), job);

        using CausalModel causal = CausalModel.Create(recipe.Model.ToConfig(tokenizer.BeginToken!.Value, tokenizer.EndToken!.Value), context, context.Stream("pretrain"));
        using LanguageModel model = new(causal, tokenizer, "new model");
        job.Log.Say(string.Create(CultureInfo.InvariantCulture, $"The model has {causal.Parameters.Layout.Count:N0} parameters."));

        using IExampleStream stream = new ExampleStream(texts, context.Stream("pretrain", "texts"), recipe.Data.File is null ? 1 : ShuffleBuffer);
        using StreamBatches batches = new(stream, new ExampleEncoder(tokenizer, causal.Config.ContextLength, recipe.Data.TooLong), recipe.Train.BatchSize, context.Stream("pretrain", "batches"));
        using Trainer trainer = new(causal, recipe.Train, batches, new CheckpointStore(Path.Combine(job.Folder, "checkpoints")));
        if (trainer.TryResume())
        {
            job.Log.Say($"Going on from step {trainer.State.Step}.");
        }

        double HeldOutLoss(int step)
        {
            double loss = Math.Log(TextPerplexity.PerToken(TextPerplexity.Measure(model, heldOut)));
            string knowledge = recipe.Data.File is null ? WorldKnowledge(model) : "";
            job.Log.Say(string.Create(CultureInfo.InvariantCulture, $"Step {step}: {loss:F4} nats per token on held-out text{knowledge}."));
            return loss;
        }

        if (!trainer.Run(TrainingLog.To(job.Log), HeldOutLoss, job.Stop))
        {
            return null;
        }

        model.Save(folder, ComputeType.Bf16);
        return folder;
    }

    private static (IExampleSource Texts, IReadOnlyList<TextExample> HeldOut) Data(PretrainDataSection data)
    {
        if (data.File is not string path)
        {
            return (new WorldSource(World.V1, wholeTexts: true), [.. World.V1.GeneralHeldOut(data.HeldOut).Select(example => new TextExample("", example.Prompt + example.Completion))]);
        }

        JsonlSource all = new(path);
        return (new SplitSource(all, data.HeldOutShare, heldOut: false), [.. new SplitSource(all, data.HeldOutShare, heldOut: true).From(0).Take(data.HeldOut).Select(item => item.Example)]);
    }

    // The tokenizer is kept in the run's folder, so that a resumed run does not depend on learning the same one again.
    private static Tokenizer LearnTokenizer(PretrainRecipe recipe, IExampleSource texts, string folder, JobContext job)
    {
        if (File.Exists(Path.Combine(folder, "tokenizer.json")))
        {
            return Tokenizer.Load(folder);
        }

        job.Log.Say($"Learning a vocabulary of {recipe.Model.Vocabulary} tokens.");
        BpeTrainerOptions options = new() { VocabularySize = recipe.Model.Vocabulary, SpecialTokens = [Begin, End], BeginToken = Begin, EndToken = End };
        Tokenizer tokenizer = BpeTrainer.TrainTokenizer(texts.From(0).Take(recipe.Data.TokenizerTexts).Select(item => item.Example.Prompt + item.Example.Completion), options);
        tokenizer.Save(folder);
        return tokenizer;
    }

    private static string WorldKnowledge(LanguageModel model)
    {
        const int questions = 300;
        ChoiceQuestion[] facts = [.. World.V1.GeneralFacts.SelectMany(fact => fact.HeldOutQuestions).Take(questions)];
        ChoiceQuestion[] reading = [.. Enumerable.Range(0, questions).Select(World.V1.Reading)];
        double Share(ChoiceQuestion[] asked) => ChoiceAccuracy.Correct(model, [.. asked.Select(question => new ChoiceItem(question.Prompt, question.Completions(), 0))]).Average();
        return string.Create(CultureInfo.InvariantCulture, $"; four-way choice: {Share(facts):P1} of general facts, {Share(reading):P1} of reading questions");
    }
}
