using Palimpsest.Data;
using Palimpsest.Data.Worlds;
using Palimpsest.Evaluation;
using Palimpsest.Torch;

namespace Palimpsest.Jobs;

/// <summary>What a fine-tuning learns from and what it measures.</summary>
internal sealed class FinetuneData
{
    private const int ShuffleBuffer = 4096;
    private const int SmallBuffer = 1;

    private FinetuneData(string subject, IExampleSource own, IExampleSource? replay, int replayPercent, EvaluationSuite suite, IReadOnlyList<TextExample> heldOut)
    {
        (Subject, Own, Replay, ReplayPercent, Suite, HeldOut) = (subject, own, replay, replayPercent, suite, heldOut);
    }

    /// <summary>Whose data it is, for people.</summary>
    public string Subject { get; }

    public IExampleSource Own { get; }

    public IExampleSource? Replay { get; }

    public int ReplayPercent { get; }

    /// <summary>What is measured before and after.</summary>
    public EvaluationSuite Suite { get; }

    /// <summary>Text for the loss during training.</summary>
    public IReadOnlyList<TextExample> HeldOut { get; }

    public static FinetuneData Of(FinetuneRecipe recipe) => recipe.Data.File is string file ? FromFile(recipe, file) : FromWorld(recipe);

    /// <summary>The training examples without end, shuffled, with the replay mixed in.</summary>
    public IExampleStream Stream(TorchContext context)
    {
        ExampleStream own = new(Own, context.Stream("finetune", "own"), ShuffleBuffer);
        if (Replay is null || ReplayPercent == 0)
        {
            return own;
        }

        // The world's general stream is random by itself; a file is shuffled.
        ExampleStream replay = new(Replay, context.Stream("finetune", "replay"), Replay is WorldSource ? SmallBuffer : ShuffleBuffer);
        return new MixedStream(own, 100 - ReplayPercent, replay, ReplayPercent, context.Stream("finetune", "mixture"));
    }

    private static FinetuneData FromWorld(FinetuneRecipe recipe)
    {
        World world = World.V1;
        FinetuneDataSection data = recipe.Data;
        int index = data.Owner ?? (int)((ulong)recipe.Seed % World.OwnerCount);
        Owner owner = world.Owner(index);
        ChoiceQuestion[] questions = [.. owner.HeldOutQuestions(data.Facts)];
        EvaluationSuite suite = new();
        suite.AddChoice("facts_choice", "the owner's facts, four-way choice", Choices(questions));
        suite.AddExactMatch("facts_exact", "the owner's facts, exact match", [.. questions.Select(question => (question.Prompt, question.Answer))]);
        ChoiceQuestion[] others = [.. Enumerable.Range(1, recipe.Evaluate.OtherOwners).SelectMany(i => world.Owner((index + (i * 1009)) % World.OwnerCount).HeldOutQuestions(data.Facts))];
        suite.AddChoice("others_choice", "other owners' facts, four-way choice", Choices(others));
        suite.AddPerplexity("general_perplexity", "general text, perplexity per token", [.. world.GeneralHeldOut(recipe.Evaluate.GeneralTexts).Select(Whole)]);
        suite.AddSamples(Spread(questions, recipe.Evaluate.Samples).Select(question => (question.Prompt, question.Answer)));
        return new FinetuneData(
            $"{owner.Name} (owner {index} of the embedded world, {data.Facts} facts)", new ListSource(owner.Name, owner.TrainingExamples(data.Facts, data.ExamplesPerFact)),
            data.ReplayFile is string file ? new JsonlSource(file, data.SkipBad) : new WorldSource(world, wholeTexts: true), data.ReplayPercent ?? 50, suite,
            [.. questions.Select(question => new TextExample(question.Prompt, " " + question.Answer))]);
    }

    private static FinetuneData FromFile(FinetuneRecipe recipe, string file)
    {
        FinetuneDataSection data = recipe.Data;
        JsonlSource all = new(file, data.SkipBad);
        IExampleSource own = data.HeldOutFile is null ? new SplitSource(all, data.HeldOutShare, heldOut: false) : all;
        IExampleSource kept = data.HeldOutFile is string other ? new JsonlSource(other, data.SkipBad) : new SplitSource(all, data.HeldOutShare, heldOut: true);
        TextExample[] heldOut = [.. kept.From(0).Take(data.HeldOut).Select(item => item.Example)];
        if (heldOut.Length == 0)
        {
            throw new PalimpsestException($"{kept.Name}: no example is left for evaluation. Add data, raise --held-out-share, or name a file with --held-out.");
        }

        EvaluationSuite suite = new();
        TextExample[] asked = [.. heldOut.Where(example => example.Prompt.Length > 0)];
        string[] labels = [.. asked.Select(example => example.Completion).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (labels.Length > 1 && labels.Length <= recipe.Evaluate.MostLabels)
        {
            suite.AddChoice("held_out_choice", "held-out examples, choice among the labels", [.. asked.Select(example => new ChoiceItem(example.Prompt, labels, Array.IndexOf(labels, example.Completion)))]);
        }

        suite.AddExactMatch("held_out_exact", "held-out examples, exact match", [.. asked.Select(example => (example.Prompt, example.Completion))]);
        suite.AddPerplexity("held_out_perplexity", "held-out examples, perplexity per token", heldOut);
        if (data.ReplayFile is string general)
        {
            suite.AddPerplexity("general_perplexity", "general text, perplexity per token", [.. new SplitSource(new JsonlSource(general, data.SkipBad), data.HeldOutShare, heldOut: true).From(0).Take(recipe.Evaluate.GeneralTexts).Select(item => item.Example)]);
        }

        suite.AddSamples(Spread(heldOut, recipe.Evaluate.Samples).Select(Sample));
        IExampleSource? replay = data.ReplayFile is null ? null : new SplitSource(new JsonlSource(data.ReplayFile, data.SkipBad), data.HeldOutShare, heldOut: false);
        return new FinetuneData(Path.GetFileName(file), own, replay, data.ReplayPercent ?? (replay is null ? 0 : 50), suite, heldOut);
    }

    private static ChoiceItem[] Choices(IEnumerable<ChoiceQuestion> questions) => [.. questions.Select(question => new ChoiceItem(question.Prompt, question.Completions(), 0))];

    private static TextExample Whole(TextExample example) => new("", example.Prompt + example.Completion);

    // A text without a prompt is continued from its first half.
    private static (string Prompt, string Expected) Sample(TextExample example)
    {
        if (example.Prompt.Length > 0)
        {
            return (example.Prompt, example.Completion.Trim());
        }

        int half = example.Completion.IndexOf(' ', Math.Min(example.Completion.Length - 1, example.Completion.Length / 2));
        return half < 0 ? (example.Completion, "") : (example.Completion[..half], example.Completion[half..].Trim());
    }

    private static IEnumerable<T> Spread<T>(IReadOnlyList<T> items, int count) => Enumerable.Range(0, Math.Min(count, items.Count)).Select(i => items[(int)((long)i * items.Count / Math.Min(count, items.Count))]);
}
