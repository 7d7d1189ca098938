using System.Globalization;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Predictors;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Classifiers of several sizes: bags of words at three views and two sizes, samples of the smallest, linear heads on the sentence vectors of an
/// encoder, and a transformer that is fine-tuned whole.</summary>
internal sealed class ClassifierRecording : LiveRecording
{
    private const int SmallParameters = 1 << 15, MiddleParameters = 1 << 18, SampleCount = 3;
    private const double Dropped = 0.3;
    private const string Middle = "-large", Vectors = "vectors";

    private static readonly WordView[] s_views = Enum.GetValues<WordView>();

    private readonly ClassTask _task;
    private readonly Dictionary<string, WordClassifier> _trained = new(StringComparer.Ordinal);

    /// <summary>Reads the texts.</summary>
    /// <exception cref="PalimpsestException">There are too few, or a tier names a classifier that there is not.</exception>
    public ClassifierRecording(CascadeRecipe recipe, JobContext context)
        : base(recipe, context)
    {
        string[] heads = [.. recipe.Method.Tiers.SelectMany(tier => tier).Where(IsVectors).Distinct(StringComparer.Ordinal)];
        CheckNames([.. WordNames(), .. SampleNames, recipe.Model.ShortName, .. heads],
            $"; and {Vectors}, or {Vectors}-N that read N tokens, where model.name is an encoder of sentences");
        if (heads.Length > 0 && !SentenceEncoder.Recognises(EmbeddedModels.Resolve(recipe.Model.Name)))
        {
            throw new PalimpsestException($"method.tiers: \"{heads[0]}\" reads sentence vectors, and {recipe.Model.Name} is no folder of "
                + "sentence-transformers. Name one in model.name, or take another member.");
        }

        _task = ClassTask.Of(recipe);
        Items = [.. _task.Asked.Select(item => new RecordedItem { Question = item.Text, Level = item.Level, Replies = [], Right = [] })];
    }

    /// <inheritdoc/>
    public override string Subject => _task.Subject;

    /// <inheritdoc/>
    protected override IReadOnlyList<RecordedItem> Items { get; }

    /// <summary>The tiers unless a recipe names others.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Tiers(string large) => [[.. s_views.Select(Name)], [large]];

    /// <summary>The names of the smallest model's samples.</summary>
    public static IReadOnlyList<string> SampleNames => [.. Enumerable.Range(1, SampleCount).Select(i => Invariant($"{Name(s_views[0])}-sample-{i}"))];

    /// <inheritdoc/>
    protected override bool IsRight(int item, string answer) => answer == _task.Labels[_task.Asked[item].Class];

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, Func<Recording?> Ask)> Members()
    {
        foreach (string name in WordNames())
        {
            yield return (name, () => Part(name, Words(name).Identity, Ask(name, text => Words(name).Ask(text, _task.Labels))));
        }

        string smallest = Name(s_views[0]);
        foreach (string name in SampleNames)
        {
            yield return (name, () => Part(name, $"{Words(smallest).Identity}-{name}", Ask(name, text => Words(smallest).Ask(text, _task.Labels, Dropped,
                Random.Child(name, text)))));
        }

        foreach (string name in Recipe.Method.Tiers.SelectMany(tier => tier).Where(IsVectors).Distinct(StringComparer.Ordinal))
        {
            yield return (name, () => AskVectors(name));
        }

        yield return (Recipe.Model.ShortName, AskLarge);
    }

    private Recording AskVectors(string name)
    {
        using SentenceEncoder encoder = SentenceEncoder.Load(EmbeddedModels.Resolve(Recipe.Model.Name), Recipe.Model.Context(Recipe.Seed), LoadMode.Mapped);
        VectorClassifier classifier = new(encoder, _task.Training, _task.Labels, TokensOf(name) ?? encoder.MaxLength, Random.Child(name));
        return Part(name, classifier.Identity, classifier.AskAll([.. Items.Select(item => item.Question)]));
    }

    private Recording? AskLarge()
    {
        Context.Log.Say(Invariant($"Fine-tuning {Recipe.Model.ShortName} on {_task.Training.Count:N0} texts."));
        using FinetunedClassifier classifier = new(Recipe, _task.Labels, Random.Child("large"));
        return classifier.Train(_task.Training, Context)
            ? Part(Recipe.Model.ShortName, classifier.Identity, classifier.AskAll([.. Items.Select(item => item.Question)])) : null;
    }

    // Members of the small tier learn from halves of their own, so that they differ in more than what they see.
    private WordClassifier Words(string name)
    {
        if (!_trained.TryGetValue(name, out WordClassifier? classifier))
        {
            bool small = !name.EndsWith(Middle, StringComparison.Ordinal);
            RandomStream random = Random.Child(name);
            int[] order = [.. Enumerable.Range(0, _task.Training.Count)];
            random.Child("half").Shuffle(order.AsSpan());
            _trained[name] = classifier = WordClassifier.Train(
                [.. order.Take(small ? order.Length / 2 : order.Length).Select(i => _task.Training[i])], _task.Labels.Count,
                s_views.First(view => name == Name(view) + (small ? "" : Middle)), (small ? SmallParameters : MiddleParameters) / _task.Labels.Count,
                random.Child("train"));
        }

        return classifier;
    }

    private MemberReply[] Ask(string name, Func<string, MemberReply> answer)
    {
        FunctionPredictor predictor = new(name, name, _task.Labels, answer);
        return [.. Items.Select(item => predictor.Timed(item.Question))];
    }

    private static IEnumerable<string> WordNames() => s_views.Select(Name).Concat(s_views.Select(view => Name(view) + Middle));

    private static bool IsVectors(string name) => name == Vectors || TokensOf(name) is not null;

    private static int? TokensOf(string name) => name.StartsWith($"{Vectors}-", StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(Vectors.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int tokens) && tokens > 2 ? tokens : null;

    private static string Name(WordView view) => view.ToString().ToLowerInvariant();
}
