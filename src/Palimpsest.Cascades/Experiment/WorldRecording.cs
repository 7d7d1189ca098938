using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Predictors;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Schedules;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Trains classifiers of several sizes on the world and asks each of them everything once.</summary>
internal sealed class WorldRecording(CascadeRecipe recipe, JobContext context)
{
    private const int SmallBuckets = 4096, MiddleBuckets = 32768, Samples = 3, Epochs = 4, BatchSize = 16;
    private const double Rate = 1e-3, Dropped = 0.3;
    private const string Middle = "-large";

    private static readonly WordView[] s_views = Enum.GetValues<WordView>();

    /// <summary>The tiers unless a recipe names others.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Tiers(string large) => [[.. s_views.Select(Name)], [large]];

    /// <summary>The names of the smallest model's samples.</summary>
    public static IReadOnlyList<string> SampleNames => [.. Enumerable.Range(1, Samples)
        .Select(i => string.Create(CultureInfo.InvariantCulture, $"{Name(s_views[0])}-sample-{i}"))];

    /// <summary>Trains and asks.</summary>
    /// <returns>The answers; null if the job was told to stop.</returns>
    public Recording? Make()
    {
        IReadOnlyList<string> labels = Biographies.Professions;
        IReadOnlyList<BlottedBiography> training = BlottedBiography.Of(recipe.Seed, recipe.Data.Train, recipe.Data.Blots, heldOut: false);
        IReadOnlyList<BlottedBiography> asked = BlottedBiography.Of(recipe.Seed, recipe.Data.Tune + recipe.Data.Calibrate + recipe.Data.Test!.Value,
            recipe.Data.Blots,
            heldOut: true);
        string[] texts = [.. asked.Select(item => item.Text)];
        RandomStream random = new(recipe.Seed, "cascade", "models");
        List<(RecordedSystem System, IReadOnlyList<MemberReply> Replies)> systems = [];
        foreach (int buckets in new[] { SmallBuckets, MiddleBuckets })
        {
            foreach (WordView view in s_views)
            {
                string name = Name(view) + (buckets == MiddleBuckets ? Middle : "");
                WordClassifier classifier = Small(training, labels.Count, view, buckets, random.Child(name));
                systems.Add((System(name), Ask(name, labels, text => classifier.Ask(text, labels), texts)));
                if (view == s_views[0] && buckets == SmallBuckets)
                {
                    systems.AddRange(SampleNames.Select(sample => (System(sample), Ask(sample, labels,
                        text => classifier.Ask(text, labels, Dropped, random.Child(sample, text)), texts))));
                }
            }
        }

        context.Log.Say($"Trained and asked {2 * s_views.Length} classifiers over words. Now fine-tuning {recipe.Model.Name} on {training.Count:N0} "
            + "biographies.");
        if (Large(training, labels, texts, random.Child("large")) is not IReadOnlyList<MemberReply> large)
        {
            return null;
        }

        systems.Add((System(Path.GetFileName(Path.TrimEndingDirectorySeparator(recipe.Model.Name))), large));
        return new Recording("blotted biographies of the embedded world", [.. systems.Select(system => system.System)],
            [.. asked.Select((item, i) => new RecordedItem
        {
            Question = item.Text,
            Level = item.Level,
            Replies = [.. systems.Select(system => system.Replies[i])],
            Right = [.. systems.Select(system => system.Replies[i].Answer == labels[item.Class])],
        })]);
    }

    // Members of the small tier learn from halves of their own, so that they differ in more than what they see.
    private static WordClassifier Small(IReadOnlyList<BlottedBiography> training, int classes, WordView view, int buckets, RandomStream random)
    {
        int[] order = [.. Enumerable.Range(0, training.Count)];
        random.Child("half").Shuffle(order.AsSpan());
        int own = buckets == SmallBuckets ? training.Count / 2 : training.Count;
        return WordClassifier.Train([.. order.Take(own).Select(i => (training[i].Text, training[i].Class))], classes, view, buckets, random.Child("train"));
    }

    private static IReadOnlyList<MemberReply> Ask(string name, IReadOnlyList<string> labels, Func<string, MemberReply> answer, string[] texts)
    {
        FunctionPredictor predictor = new(name, name, labels, answer);
        return [.. texts.Select(text => predictor.Timed(text))];
    }

    private IReadOnlyList<MemberReply>? Large(IReadOnlyList<BlottedBiography> training, IReadOnlyList<string> labels, string[] texts, RandomStream random)
    {
        TorchContext torch = recipe.Model.Context(recipe.Seed);
        using LanguageModel model = LanguageModel.LoadClassifier(recipe.Model.Name, torch, labels, random.Child("head"));
        ExampleEncoder encoder = new(model.Tokenizer, model.Model.Config.ContextLength, labels, TooLongPolicy.Truncate);
        TokenSequence[] sequences = [.. training.Select(item => encoder.Encode(new TextExample(item.Text, labels[item.Class]))).OfType<TokenSequence>()];
        ShuffledBatches batches = new(sequences, BatchSize, random.Child("batches"));
        TrainOptions options = new()
        {
            Steps = Epochs * batches.PerEpoch,
            BatchSize = BatchSize,
            LearningRate = Rate,
            Schedule = ScheduleKind.Cosine,
            CheckpointEvery = 0,
        };
        using Trainer<TokenBatch> trainer = Trainer.Of(model.Model, options, batches, random.Child("train"));
        if (!TrainingLoop.Run(trainer, options, context))
        {
            return null;
        }

        long clock = Stopwatch.GetTimestamp();
        IReadOnlyList<MemberReply> replies = new ClassifierPredictor(model, recipe.Model.Name, recipe.Model.Name).AskAll(texts);
        double seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds / texts.Length; // of batches: a lone question takes longer
        return [.. replies.Select(reply => reply with { Usage = reply.Usage with { Seconds = seconds } })];
    }

    // The models follow from the recipe, so that its settings tell them apart.
    private RecordedSystem System(string name)
    {
        string settings = string.Create(CultureInfo.InvariantCulture,
            $"{name} {recipe.Model.Name} {recipe.Seed} {recipe.Data.Train} {string.Join(' ', recipe.Data.Blots)}");
        return new RecordedSystem(name, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(settings))));
    }

    private static string Name(WordView view) => view.ToString().ToLowerInvariant();
}
