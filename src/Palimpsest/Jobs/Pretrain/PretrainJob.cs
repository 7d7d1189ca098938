using System.Globalization;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;
using Palimpsest.Text;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Checkpoints;

namespace Palimpsest.Jobs.Pretrain;

/// <summary>Learns a tokenizer and pre-trains a model from nothing.</summary>
public sealed class PretrainJob : Job<PretrainRecipe, PretrainResult>
{
    private const string Begin = "<|begin|>", End = "<|end|>";
    private const int ShuffleBuffer = 4096;
    private const int KnowledgeQuestions = 300;

    /// <inheritdoc/>
    public override string Kind => "pretrain";

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(PretrainRecipe recipe) => recipe.Data.File is string file ? [("data", file)] : [];

    /// <inheritdoc/>
    protected override int? Threads(PretrainRecipe recipe) => recipe.Model.Threads;

    /// <inheritdoc/>
    protected override bool Run(PretrainRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        RunFolder run = context.Run;
        TorchContext torch = recipe.Model.Context(recipe.Seed);
        (IExampleSource texts, IReadOnlyList<TextExample> heldOut) = Data(recipe.Data);
        if (recipe.Data is { SkipBad: true, File: string file })
        {
            BadLines.Say(recipe.Data.Columns.Open(file, skipBad: true), context.Log);
        }

        Tokenizer tokenizer = LearnTokenizer(recipe, texts, Path.Combine(run.Artifacts, "tokenizer"), context.Log);

        using CausalModel causal =
            CausalModel.Create(recipe.Model.ToConfig(tokenizer.BeginToken!.Value, tokenizer.EndToken!.Value), torch, torch.Stream("pretrain"),
                frozen: recipe.Method.Lora is not null);
        using LanguageModel model = new(causal, tokenizer, "new model");
        context.Log.Say(string.Create(CultureInfo.InvariantCulture, $"The model has {causal.Parameters.Layout.Count:N0} parameters."));
        using LoraAdapter? adapter = recipe.Method.Lora is LoraOptions lora
            ? LoraAdapter.Create(causal, PretrainMethod.AdapterOptions(lora, causal), torch.Stream("pretrain")) : null;
        using LoraAdapters adapters = new(causal);
        if (adapter is not null)
        {
            adapters.Activate(adapter);
            context.Log.Say(string.Create(CultureInfo.InvariantCulture,
                $"{adapter.Parameters.Layout.Count:N0} are trained: an adapter on {adapter.Modules.Count} modules, embedding and norms."));
        }

        using IExampleStream stream = new ExampleStream(texts, torch.Stream("pretrain", "texts"), recipe.Data.File is null ? 1 : ShuffleBuffer);
        ExampleEncoder encoder = new(tokenizer, causal.Config.ContextLength, recipe.Data.TooLong);
        using StreamBatches batches = new(stream, encoder, recipe.Train.BatchSize, torch.Stream("pretrain", "batches"));
        Trainable trainable = adapter is null ? Trainable.Whole(causal) : Trainable.Adapter(adapter);
        using Trainer<TokenBatch> trainer = Trainer.Of(causal, trainable, recipe.Train, batches, torch.Stream("train"), new CheckpointStore(run.Checkpoints));
        double HeldOutLoss()
        {
            double loss = Math.Log(TextPerplexity.PerToken(TextPerplexity.Measure(model, heldOut)));
            context.Log.Say(string.Create(CultureInfo.InvariantCulture, $"Step {trainer.State.Step}: {loss:F4} nats per token on held-out text."));
            return loss;
        }

        if (!TrainingLoop.Run(trainer, recipe.Train, context, HeldOutLoss))
        {
            return false;
        }

        if (batches.LeftOut > 0)
        {
            context.Log.Say(string.Create(CultureInfo.InvariantCulture,
                $"{batches.LeftOut:N0} of the {batches.Read:N0} texts read were left out: they have more than {causal.Config.ContextLength:N0} tokens."));
        }

        if (encoder.Boundaries.Sentence is string apart)
        {
            context.Log.Say(apart);
        }

        // In bf16 a model of this size is a file of a few MB; what is measured is what is saved.
        string folder = Path.Combine(run.Artifacts, "model");
        adapters.SaveMerged(folder, ComputeType.Bf16);
        tokenizer.Save(folder);
        using LanguageModel saved = LanguageModel.Load(folder, torch, LoadMode.Copied);
        bool world = recipe.Data.File is null;
        run.WriteResult(new PretrainResult
        {
            Parameters = causal.Parameters.Layout.Count,
            Trained = adapter?.Parameters.Layout.Count,
            HeldOutLoss = Math.Log(TextPerplexity.PerToken(TextPerplexity.Measure(saved, heldOut))),
            FactsChoice = world ? Share(saved, World.V1.GeneralFacts.SelectMany(fact => fact.HeldOutQuestions).Take(KnowledgeQuestions)) : null,
            ReadingChoice = world ? Share(saved, Enumerable.Range(0, KnowledgeQuestions).Select(World.V1.Reading)) : null,
            Tokens = trainer.State.Tokens,
            TrainSeconds = trainer.State.Seconds,
        });
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(PretrainRecipe recipe, PretrainResult result)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        (string Metric, double? Value)[] figures =
        [
            ("held_out_loss", result.HeldOutLoss), ("held_out_perplexity", Math.Exp(result.HeldOutLoss)), ("facts_choice", result.FactsChoice),
            ("reading_choice", result.ReadingChoice), ("train_seconds", result.TrainSeconds), ("tokens_per_second", result.Tokens / result.TrainSeconds),
        ];
        return [.. figures.Where(figure => figure.Value is not null).Select(figure => new ClaimResult("model", figure.Metric, recipe.Seed, figure.Value!.Value))];
    }

    /// <inheritdoc/>
    protected override Report Report(PretrainRecipe recipe, PretrainResult result, string folder) =>
        PretrainReport.Of(recipe, result, RunFolder.ReadMetrics(folder), MemoryReport.Of(folder));

    private static (IExampleSource Texts, IReadOnlyList<TextExample> HeldOut) Data(PretrainDataSection data)
    {
        if (data.File is not string path)
        {
            return (new WorldSource(World.V1, wholeTexts: true),
                [.. World.V1.GeneralHeldOut(data.HeldOutSkip + data.HeldOut).Skip(data.HeldOutSkip)
                    .Select(example => new TextExample("", example.Prompt + example.Completion))]);
        }

        IExampleSource all = data.Columns.Open(path, data.SkipBad);
        TextExample[] heldOut =
            [.. new SplitSource(all, data.HeldOutShare, heldOut: true).From(0).Skip(data.HeldOutSkip).Take(data.HeldOut).Select(item => item.Example)];
        return heldOut.Length > 0
            ? (new SplitSource(all, data.HeldOutShare, heldOut: false), heldOut)
            : throw new PalimpsestException($"{path}: no text is left for evaluation. Add data, or raise data.held_out_share.");
    }

    // The tokenizer is kept in the run's folder, so that a resumed run does not depend on learning the same one again.
    private static Tokenizer LearnTokenizer(PretrainRecipe recipe, IExampleSource texts, string folder, IJobLog log)
    {
        if (File.Exists(Path.Combine(folder, "tokenizer.json")))
        {
            return Tokenizer.Load(folder);
        }

        log.Say($"Learning a vocabulary of {recipe.Model.Vocabulary} tokens.");
        BpeTrainerOptions options = new() { VocabularySize = recipe.Model.Vocabulary, SpecialTokens = [Begin, End], BeginToken = Begin, EndToken = End };
        Tokenizer tokenizer = BpeTrainer.TrainTokenizer(texts.From(0).Take(recipe.Data.TokenizerTexts).Select(item => item.Example.Prompt + item.Example.Completion), options);
        tokenizer.Save(folder);
        return tokenizer;
    }

    private static double Share(LanguageModel model, IEnumerable<ChoiceQuestion> asked) =>
        ChoiceAccuracy.Correct(model, [.. asked.Select(question => new ChoiceItem(question.Prompt, question.Completions(), 0))]).Average();
}
