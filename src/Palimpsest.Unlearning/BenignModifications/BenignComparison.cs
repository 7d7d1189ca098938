using Palimpsest.Evaluation;
using Palimpsest.Numerics;
using Palimpsest.Numerics.Statistics;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Audit.Subjects;

namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>Asks models modified questions and compares each with itself and with a control. Not safe for use by several threads.</summary>
/// <remarks>All models get the same prompts. What a model said is kept, so a control costs once; a model's weights must not change between two
/// comparisons.</remarks>
public sealed class BenignComparison
{
    private readonly BenignOptions _options;
    private readonly ModificationInput _input;
    private readonly RandomStream _random;
    private readonly Dictionary<IAuditedModel, ModelScores> _scores = new(ReferenceEqualityComparer.Instance);

    /// <summary>Prepares a comparison.</summary>
    /// <param name="options">Which modifications, and the rule.</param>
    /// <param name="form">How the questions are put unmodified.</param>
    /// <param name="sets">The questions.</param>
    /// <param name="random">Draws questions, pairs, keywords and resamples.</param>
    /// <exception cref="PalimpsestException">An option makes no sense, a set is empty, or a question is in both.</exception>
    public BenignComparison(BenignOptions options, QuestionForm form, QuestionSets sets, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sets);
        ArgumentNullException.ThrowIfNull(random);
        string[] problems = [.. options.Problems()];
        _options = problems.Length == 0 ? options : throw new PalimpsestException($"Benign modifications: {string.Join(" ", problems)}");
        _random = random;
        sets = sets.Checked();
        Sets = new QuestionSets(Some(sets.Forget, "forget"), Some(sets.Retain, "retain"));
        IReadOnlyList<string> keywords = options.Keywords.Count > 0 ? options.Keywords : Sets.Subjects(QuestionSide.Forget);
        _input = new ModificationInput(Sets, form, keywords, random.Child("prompts"));
    }

    /// <summary>The questions that are asked: of each set at most as many as the options say.</summary>
    public QuestionSets Sets { get; }

    /// <summary>The chosen modifications that these questions allow.</summary>
    public IReadOnlyList<IBenignModification> Possible => [.. _options.Chosen.Where(one => one.Lacks(_input) is null)];

    /// <summary>The others, with the reason; a sentence each.</summary>
    public IReadOnlyList<string> LeftOut =>
        [.. from one in _options.Chosen let lacks = one.Lacks(_input) where lacks is not null select $"{one.Name}: {lacks}."];

    /// <summary>Compares by all modifications.</summary>
    /// <param name="model">The model in question.</param>
    /// <param name="control">A model that never saw what was to be forgotten and knows the rest; without it nothing can be concluded.</param>
    /// <param name="original">The model before it unlearned, for the recall of its answers; may be null.</param>
    public BenignResult Compare(IAuditedModel model, IAuditedModel? control, IAuditedModel? original = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Result(model, control, [.. Possible.SelectMany(one => Compare(one, model, control, original))]);
    }

    /// <summary>Puts rows of <see cref="Compare(IBenignModification, IAuditedModel, IAuditedModel, IAuditedModel)"/> together.</summary>
    /// <param name="model">The model in question.</param>
    /// <param name="control">The control, or null.</param>
    /// <param name="scores">The rows of all modifications that were tried.</param>
    /// <param name="leftOut">What else was left out, such as for want of time; a sentence each.</param>
    public BenignResult Result(IAuditedModel model, IAuditedModel? control, IReadOnlyList<ModifiedScore> scores, params IReadOnlyList<string> leftOut)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new BenignResult
        {
            Model = model.Label,
            Control = control?.Label,
            Scores = scores,
            LeftOut = [.. LeftOut, .. leftOut],
            Recommendations = Recommendations.Of(scores, _options.Margin),
        };
    }

    /// <summary>Compares by one modification.</summary>
    /// <param name="modification">One of <see cref="Possible"/>.</param>
    /// <param name="model">The model in question.</param>
    /// <param name="control">The control, or null.</param>
    /// <param name="original">The model before it unlearned, or null.</param>
    /// <returns>One row a set and measure.</returns>
    public IReadOnlyList<ModifiedScore> Compare(IBenignModification modification, IAuditedModel model, IAuditedModel? control, IAuditedModel? original = null)
    {
        ArgumentNullException.ThrowIfNull(modification);
        AskedItem[] asked = [.. modification.Ask(_input)];
        BenignMeasure[] measures = [.. asked.SelectMany(item => item.Measures).Distinct().Order().Where(measure =>
            (measure < BenignMeasure.Text || _options.Texts) && (measure != BenignMeasure.Recall || original is not null))];
        return [.. measures.SelectMany(measure => Rows(modification.Name, measure, [.. asked.Where(item => IsMeasured(item, measure))], model, control,
            original))];
    }

    private static bool IsMeasured(AskedItem item, BenignMeasure measure) =>
        item.Measures.Contains(measure) && (measure != BenignMeasure.Choice || item.Item.Choices.Count > 1);

    private IEnumerable<ModifiedScore> Rows(string name, BenignMeasure measure, AskedItem[] asked, IAuditedModel model, IAuditedModel? control,
        IAuditedModel? original)
    {
        ModifiedScore[] rows = [.. asked.GroupBy(item => item.Side).OrderBy(side => side.Key).Select(side =>
            Row(name, measure, side.Key, [.. side], model, control, original))];

        // Whether anybody can be asked so shows on what is to stay.
        AskedItem[] stay = [.. asked.Where(item => item.Side == QuestionSide.Retain)];
        double chance = measure == BenignMeasure.Choice && stay.Length > 0 ? stay.Average(item => 1.0 / item.Item.Choices.Count) : 0;
        bool known = Array.Find(rows, row => row.Side == QuestionSide.Retain) is not ModifiedScore retained || BenignRule.IsKnown(retained, chance,
            _options.Margin);
        return rows.Select(row => row.Verdict == BenignVerdict.Holds && !known ? row with { Verdict = BenignVerdict.FormUnknown } : row);
    }

    private ModifiedScore Row(string name, BenignMeasure measure, QuestionSide side, AskedItem[] items, IAuditedModel model, IAuditedModel? control,
        IAuditedModel? original)
    {
        string[] references = measure == BenignMeasure.Recall ? ScoresOf(original!).Answers([.. items.Select(item => item.Unmodified)])
            : [.. items.Select(item => Sets[side][item.Question].Answer)];
        (double[] unmodified, double[] modified) = Scores(model);
        (double[] Unmodified, double[] Modified)? other = control is null ? null : Scores(control);
        string?[] subjects = [.. items.Select(item => Sets[side][item.Question].Subject)];
        bool bySubject = subjects.All(subject => subject is not null) && subjects.Distinct(StringComparer.Ordinal).Count() >= BenignRule.FewestGroups;
        int[][] groups = [.. Enumerable.Range(0, items.Length).GroupBy(i => bySubject ? subjects[i] : (object)items[i].Question).Select(group =>
            (int[])[.. group])];
        Interval change = Mean("change", i => modified[i] - unmodified[i]);
        ModifiedScore row = new()
        {
            Modification = name,
            Measure = measure,
            Side = side,
            Items = items.Length,
            Groups = groups.Length,
            BySubject = bySubject,
            Unmodified = unmodified.Average(),
            Modified = modified.Average(),
            Change = change,
            Verdict = BenignVerdict.Inconclusive,
        };
        if (other is not (double[] controlUnmodified, double[] controlModified))
        {
            return row;
        }

        Interval beyond = Mean("beyond", i => modified[i] - unmodified[i] - (controlModified[i] - controlUnmodified[i]));
        Interval above = Mean("above", i => modified[i] - controlModified[i]), before = Mean("before", i => unmodified[i] - controlUnmodified[i]);
        return row with
        {
            ControlUnmodified = controlUnmodified.Average(),
            ControlModified = controlModified.Average(),
            ControlChange = Mean("control", i => controlModified[i] - controlUnmodified[i]),
            Beyond = beyond,
            AboveControl = above,
            AboveBefore = before,
            Verdict = groups.Length < BenignRule.FewestGroups ? BenignVerdict.Inconclusive : BenignRule.Judge(side, change, beyond, above, before,
                _options.Margin),
        };

        (double[] Unmodified, double[] Modified) Scores(IAuditedModel asked)
        {
            ModelScores scores = ScoresOf(asked);
            int[] own = [.. items.Index().Where(item => item.Item.AfterOwn is not null).Select(item => item.Index)];
            string[] said = scores.Answers([.. own.Select(i => items[i].Item)]);
            ChoiceItem[] put = [.. items.Select(item => item.Item)];
            foreach ((int i, int place) in own.Index())
            {
                put[place] = items[place].AfterOwn!(said[i]);
            }

            return (scores.Of(measure, [.. items.Select(item => item.Unmodified)], references), scores.Of(measure, put, references));
        }

        // The mean over all items; what is drawn anew are groups.
        Interval Mean(string what, Func<int, double> value) => Bootstrap.Ratio([.. groups.Select(group => (group.Sum(value), (double)group.Length))],
            _random.Child("interval", name, measure.ToString(), side.ToString(), what));
    }

    private ModelScores ScoresOf(IAuditedModel model)
    {
        if (!_scores.TryGetValue(model, out ModelScores? scores))
        {
            _scores.Add(model, scores = new ModelScores(model, _options.MaxNewTokens));
        }

        return scores;
    }

    private AuditQuestion[] Some(IReadOnlyList<AuditQuestion> questions, string side)
    {
        int[] order = [.. Enumerable.Range(0, questions.Count)];
        if (order.Length > _options.Most)
        {
            _random.Child("questions", side).Shuffle(order.AsSpan());
        }

        return [.. order.Take(_options.Most).Order().Select(i => questions[i])];
    }
}
