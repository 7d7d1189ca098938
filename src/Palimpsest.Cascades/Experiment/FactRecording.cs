using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Predictors;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;
using Palimpsest.Evaluation;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Numerics;
using Palimpsest.Torch;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Facts of the embedded world, which models write down: shallow ones, a quarter of the large model's blocks each, and the large one. All are taught
/// the facts briefly in the phrasings for training, and asked in a phrasing that none of them was taught.</summary>
/// <remarks>All learn to judge answers as well, and check their own for AutoMix; the first shallow one is sampled, for the cascade of a model's own
/// samples.</remarks>
internal sealed class FactRecording : LiveRecording
{
    private const int MostShallow = 9, AnswerTokens = 16, Depth = 4;
    private const string Shallow = "shallow-", Right = " yes", Wrong = " no";

    private static readonly double[] s_temperatures = [0.4, 0.6, 0.8];

    private readonly Fact[] _facts;

    /// <summary>Draws the facts.</summary>
    /// <exception cref="PalimpsestException">There are too few, or a tier names a model that there is not.</exception>
    public FactRecording(CascadeRecipe recipe, JobContext context)
        : base(recipe, context)
    {
        CheckNames([.. Enumerable.Range(1, MostShallow).Select(i => Invariant($"{Shallow}{i}")), .. SampleNames, recipe.Model.ShortName], "");
        Fact[] all = [.. World.V1.GeneralFacts];
        if (all.Length < recipe.Data.Questions)
        {
            throw new PalimpsestException(Invariant($"The world holds {all.Length:N0} general facts; data.tune, calibrate and test take ")
                + Invariant($"{recipe.Data.Questions:N0}. Lower them."));
        }

        Random.Child("facts").Shuffle(all.AsSpan());
        _facts = all[..recipe.Data.Questions];
        RandomStream phrasings = Random.Child("phrasings");
        Items = [.. _facts.Select(fact => new RecordedItem
        {
            Question = phrasings.Pick(fact.HeldOutQuestions).Prompt,
            Level = $"about a {fact.Subject.Kind.ToString().ToLowerInvariant()}",
            Replies = [],
            Right = [],
        })];
    }

    /// <inheritdoc/>
    public override string Subject => "facts of the embedded world";

    /// <inheritdoc/>
    protected override IReadOnlyList<RecordedItem> Items { get; }

    /// <summary>The tiers unless a recipe names others.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Tiers(string large) => [[$"{Shallow}1", $"{Shallow}2"], [large]];

    /// <summary>The names of the first shallow model's samples.</summary>
    public static IReadOnlyList<string> SampleNames => [.. s_temperatures.Select((_, i) => Invariant($"{Shallow}1-sample-{i + 1}"))];

    /// <inheritdoc/>
    protected override bool IsRight(int item, string answer) => ExactMatch.Same(answer, _facts[item].Answer);

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, Func<Recording?> Ask)> Members() =>
        Recipe.Method.Tiers.SelectMany(tier => tier).Append(Recipe.Model.ShortName).Except(SampleNames, StringComparer.Ordinal)
            .Select(name => (name, (Func<Recording?>)(() => Ask(name))));

    private Recording? Ask(string name)
    {
        bool isShallow = name.StartsWith(Shallow, StringComparison.Ordinal);
        TorchContext torch = Recipe.Model.Context(Recipe.Seed);
        using LanguageModel model = isShallow ? ShallowModel.Of(Recipe.Model.Name, Depth, torch) : LanguageModel.Load(Recipe.Model.Name, torch);
        RandomStream random = Random.Child(name);
        ExampleEncoder encoder = model.Encoder();
        TokenSequence[] lessons = [.. Lessons(random.Child("lessons")).Select(lesson => encoder.Encode(lesson)).OfType<TokenSequence>()];
        Context.Log.Say(Invariant($"Teaching {name} ({model.Model.Parameters.Layout.Count:N0} parameters) {_facts.Length:N0} facts."));
        if (!BriefTraining.Run(name, model.Model, lessons, BriefTraining.StepsFor(lessons.Length, Recipe.Train), Recipe.Train, random, Context))
        {
            return null;
        }

        string identity = model.Model.Parameters.Hash();
        SamplingOptions greedy = new() { MaxNewTokens = AnswerTokens, StopTexts = ["\n"] };
        CheckedPredictor itself = new(new GenerationPredictor(model, name, identity, greedy, random, scored: true), model, Check, (Right, Wrong), random);
        List<(string Name, LocalPredictor Predictor)> asked = [(name, itself)];
        foreach ((int i, string sample) in SampleNames.Index().Where(sample => sample.Item.StartsWith($"{name}-", StringComparison.Ordinal)))
        {
            asked.Add((sample, new GenerationPredictor(model, sample, $"{identity}-{i + 1}", greedy with { Temperature = s_temperatures[i] },
                random.Child(sample), scored: true)));
        }

        List<Recording> parts = [];
        foreach ((string member, LocalPredictor predictor) in asked)
        {
            MemberReply[] replies = [.. Items.TakeWhile(_ => !Context.Stop.IsCancellationRequested).Select(item => predictor.Timed(item.Question))];
            if (replies.Length < Items.Count)
            {
                return null;
            }

            parts.Add(Part(member, predictor.Identity, replies));
        }

        return Recording.Join(Subject, parts);
    }

    // Every fact in every phrasing for training, and one right and one wrong answer to it to judge.
    private IEnumerable<TextExample> Lessons(RandomStream random)
    {
        foreach (Fact fact in _facts)
        {
            foreach (ChoiceQuestion question in fact.TrainingQuestions)
            {
                yield return new TextExample(question.Prompt, " " + fact.Answer);
            }

            yield return new TextExample(Check(random.Pick(fact.TrainingQuestions).Prompt, fact.Answer), Right);
            yield return new TextExample(Check(random.Pick(fact.TrainingQuestions).Prompt, random.Pick(fact.WrongAnswers)), Wrong);
        }
    }

    private static string Check(string question, string answer) => $"{question} {answer}\nIs that right?";
}
