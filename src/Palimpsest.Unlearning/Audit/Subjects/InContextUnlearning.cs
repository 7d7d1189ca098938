using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Metrics;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.Audit.Subjects;

/// <summary>A model that reads examples before every prompt: forget questions with wrong answers, then retain questions with true ones.</summary>
internal sealed class InContextUnlearning : IAuditedModel
{
    private readonly WholeModel _model;
    private readonly InContextOptions _options;
    private readonly ExampleEncoder _encoder;
    private readonly (string Text, HashSet<string> Words)[] _forget;
    private readonly string[] _retain;

    /// <param name="model">The model.</param>
    /// <param name="options">How many examples.</param>
    /// <param name="tuning">Where they come from.</param>
    /// <param name="label">Name for people.</param>
    public InContextUnlearning(WholeModel model, InContextOptions options, WeightlessTuning tuning, string label)
    {
        (_model, _options, Label, _encoder) = (model, options, label, model.Model.Encoder());
        RandomStream random = tuning.Random.Child("icul");
        QuestionForm plain = tuning.Form with { Chat = false, System = null };
        _forget = [.. tuning.Sets.Forget.Select(question => (Example(plain, question, Wrong(question, tuning.Sets.Forget, random)), Words(question.Question)))];
        AuditQuestion[] retain = [.. tuning.Sets.Retain];
        random.Child("retain").Shuffle(retain.AsSpan());
        _retain = [.. retain.Take(options.Retain).Select(question => Example(plain, question, question.Answer))];
    }

    /// <inheritdoc/>
    public string Label { get; }

    /// <inheritdoc/>
    public double[][] Score(IReadOnlyList<ChoiceItem> items) => _model.Score(WithExamples(items));

    /// <inheritdoc/>
    public double[] Probability(IReadOnlyList<ChoiceItem> items) => _model.Probability(WithExamples(items));

    /// <inheritdoc/>
    public string[] Answer(IReadOnlyList<ChoiceItem> items, int maxNewTokens = 48) => _model.Answer(WithExamples(items), maxNewTokens);

    /// <summary>What stands before a prompt: as many examples as fit.</summary>
    internal ChoiceItem WithExamples(ChoiceItem item)
    {
        HashSet<string> asked = Words(item.Prompt);
        IEnumerable<(string Text, HashSet<string> Words)> nearest = _forget.OrderByDescending(example => example.Words.Count(asked.Contains));
        List<string> examples = [.. nearest.Take(_options.Forget).Select(example => example.Text), .. _retain];
        int most = _model.Model.Model.Config.ContextLength - _options.Room - (item.Begun.Length == 0 ? 0 : _encoder.EncodePrompt(item.Begun).Length);
        ChoiceItem longer = item.Before(string.Concat(examples));
        while (examples.Count > 0 && _encoder.EncodePrompt(longer.Prompt, longer.Chat).Length > most)
        {
            examples.RemoveAt(examples.Count - 1);
            longer = examples.Count == 0 ? item : item.Before(string.Concat(examples));
        }

        return longer;
    }

    private ChoiceItem[] WithExamples(IReadOnlyList<ChoiceItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return [.. items.Select(WithExamples)];
    }

    private static string Example(QuestionForm form, AuditQuestion question, string answer) =>
        $"{form.Ask(question.Question, [answer], 0).Prompt} {answer}\n\n";

    // A wrong answer of its own, or the answer to another question.
    private static string Wrong(AuditQuestion question, IReadOnlyList<AuditQuestion> all, RandomStream random)
    {
        RandomStream draw = random.Child(question.Question);
        string[] others = question.Wrong.Count > 0 ? [.. question.Wrong] : [.. all.Select(other => other.Answer).Where(answer => answer != question.Answer)];
        return others.Length > 0 ? draw.Pick(others)
            : throw new PalimpsestException($"In-context unlearning finds no wrong answer to \"{question.Question}\": give it some, or bring a second "
            + "forget question.");
    }

    private static HashSet<string> Words(string text) => [.. AnswerMatch.ContainmentTokens(text)];
}
