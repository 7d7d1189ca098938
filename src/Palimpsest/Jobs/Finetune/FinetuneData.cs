using Palimpsest.Data;
using Palimpsest.Data.Preferences;
using Palimpsest.Data.Worlds;
using Palimpsest.Numerics;
using Palimpsest.Torch;

namespace Palimpsest.Jobs.Finetune;

/// <summary>What a fine-tuning learns from and what it measures.</summary>
internal sealed class FinetuneData
{
    private const int ShuffleBuffer = 4096;
    private const int DefaultReplayPercent = 75;
    private readonly IExampleSource _own;
    private readonly IExampleSource? _replay;
    private readonly int _replayPercent;

    private FinetuneData(IExampleSource own, IExampleSource? replay, int? replayPercent, EvaluationData evaluation)
    {
        (_own, _replay, _replayPercent, Evaluation) = (own, replay, replay is null ? 0 : replayPercent ?? DefaultReplayPercent, evaluation);
    }

    /// <summary>What is measured.</summary>
    public EvaluationData Evaluation { get; }

    /// <summary>Names of the classes of a classification, in order; none for a language model.</summary>
    public IReadOnlyList<string> Labels { get; private init; } = [];

    public static FinetuneData Of(FinetuneRecipe recipe) => recipe.Data.File is not null ? FromFile(recipe) : FromWorld(recipe);

    /// <summary>The training examples without end, shuffled, with the replay mixed in.</summary>
    public IExampleStream Stream(TorchContext context)
    {
        ExampleStream own = new(_own, context.Stream("finetune", "own"), ShuffleBuffer);
        if (_replay is null || _replayPercent == 0)
        {
            return own;
        }

        // The world's general stream is random by itself; a file is shuffled.
        ExampleStream replay = new(_replay, context.Stream("finetune", "replay"), _replay is WorldSource ? 1 : ShuffleBuffer);
        return new MixedStream(own, 100 - _replayPercent, replay, _replayPercent, context.Stream("finetune", "mixture"));
    }

    /// <summary>What simple classifiers reach on the held-out examples, learnt from the same training data; none if the data is no classification.</summary>
    public IReadOnlyList<JobBaseline> Baselines(RandomStream random) => LabelBaselines.Measure(_own, Evaluation, random);

    private static FinetuneData FromWorld(FinetuneRecipe recipe)
    {
        FinetuneDataSection data = recipe.Data;
        int index = data.Owner ?? EvaluationData.OwnerOf(recipe.Seed);
        Owner owner = World.V1.Owner(index);
        return new FinetuneData(
            new ListSource(owner.Name, owner.TrainingExamples(data.Facts, data.ExamplesPerFact)),
            data.ReplayFile is string file ? data.Columns.Open(file, data.SkipBad) : new WorldSource(World.V1, wholeTexts: true), data.ReplayPercent, EvaluationData.OfOwner(index, data.Facts, recipe.Evaluate));
    }

    private static FinetuneData FromFile(FinetuneRecipe recipe)
    {
        FinetuneDataSection data = recipe.Data;
        (string name, IExampleSource own, IReadOnlyList<TextExample> heldOut) = FinetuneFile.Of(data, AnswerForm.Plain);
        if (recipe.Task == FinetuneTask.Classification)
        {
            string[] completions = Classes(own, recipe.Evaluate.MostLabels);
            return new FinetuneData(own, null, null, EvaluationData.OfClassification(name, heldOut, completions))
            {
                Labels = [.. completions.Select(completion => completion.Trim()).Distinct(StringComparer.Ordinal)],
            };
        }

        if (data.ReplayFile is not string path)
        {
            return new FinetuneData(own, null, null, EvaluationData.OfExamples(name, heldOut, recipe.Evaluate, []));
        }

        IExampleSource general = data.Columns.Open(path, data.SkipBad);
        TextExample[] asked = [.. new SplitSource(general, data.HeldOutShare, heldOut: true).From(0).Take(recipe.Evaluate.GeneralTexts).Select(item => item.Example)];
        return new FinetuneData(own, new SplitSource(general, data.HeldOutShare, heldOut: false), data.ReplayPercent,
            EvaluationData.OfExamples(name, heldOut, recipe.Evaluate, asked));
    }

    // All of the training data are read for it, since a class may come late.
    private static string[] Classes(IExampleSource source, int most)
    {
        SortedSet<string> found = new(StringComparer.Ordinal);
        foreach ((_, TextExample example) in source.From(0))
        {
            if (found.Add(example.Completion) && found.Count > most)
            {
                throw new PalimpsestException($"{source.Name}: has more than {most} classes, such as \"{string.Join("\", \"", found.Take(3).Select(name => name.Trim()))}\". If the completions really are classes, raise evaluate.most_labels.");
            }
        }

        return found.Count > 1 ? [.. found] : throw new PalimpsestException($"{source.Name}: has only the class \"{found.FirstOrDefault()?.Trim()}\". A classification needs two at least.");
    }
}
