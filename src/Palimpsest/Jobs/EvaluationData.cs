using Palimpsest.Data;
using Palimpsest.Data.Chats;
using Palimpsest.Data.Worlds;
using Palimpsest.Evaluation;

namespace Palimpsest.Jobs;

/// <summary>What is asked of a model: about an owner of the world, or on examples out of a file.</summary>
/// <param name="Subject">Whose data it is, for people.</param>
/// <param name="Suite">The measurements and samples.</param>
/// <param name="Texts">The owner's text that no training sees, for the loss during training.</param>
/// <param name="Labels">The completions to choose among, if the examples are a classification.</param>
internal sealed record EvaluationData(string Subject, EvaluationSuite Suite, IReadOnlyList<TextExample> Texts, IReadOnlyList<string> Labels)
{
    /// <summary>Metric of the choice among labels.</summary>
    public const string LabelChoice = "held_out_choice";

    private const string HeldOut = "held-out examples";

    // From one other owner to the next, so that neighbouring seeds do not ask about each other's owners.
    private const int Stride = 1009;

    /// <summary>The owner that a seed stands for.</summary>
    public static int OwnerOf(long seed) => (int)((ulong)seed % World.OwnerCount);

    /// <summary>Held-out questions about an owner's facts and about other owners', and general text.</summary>
    public static EvaluationData OfOwner(int index, int facts, EvaluateSection evaluate)
    {
        World world = World.V1;
        Owner owner = world.Owner(index);
        (ChoiceQuestion[] questions, int[] groups) = Asked(owner.Facts.Take(facts));
        EvaluationSuite suite = new();
        suite.AddChoice("facts_choice", "the owner's facts, four-way choice", Choices(questions), groups);
        suite.AddExactMatch("facts_exact", "the owner's facts, exact match", [.. questions.Select(question => new TextExample(question.Prompt, question.Answer))], groups);
        (ChoiceQuestion[] others, int[] otherGroups) = Asked(Enumerable.Range(1, evaluate.OtherOwners).SelectMany(i => world.Owner((index + (i * Stride)) % World.OwnerCount).Facts.Take(facts)));
        suite.AddChoice("others_choice", "other owners' facts, four-way choice", Choices(others), otherGroups);
        suite.AddPerplexity("general_perplexity", "general text, perplexity per token", [.. world.GeneralHeldOut(evaluate.GeneralTexts).Select(Whole)]);
        suite.AddSamples(Spread(questions, evaluate.Samples).Select(question => (question.Prompt, question.Answer, (Conversation?)null)));
        AddSets(suite, evaluate);
        return new EvaluationData(
            $"{owner.Name} (owner {index} of the embedded world, {facts} facts)", suite, [.. questions.Select(question => new TextExample(question.Prompt, " " + question.Answer))], []);
    }

    /// <summary>Choice among the labels if there are few, exact match of completions, and perplexity.</summary>
    /// <param name="subject">Name of the data.</param>
    /// <param name="examples">At least one.</param>
    /// <param name="evaluate">Settings.</param>
    /// <param name="general">General text whose perplexity is measured beside it; may be empty.</param>
    /// <param name="what">What the examples are called.</param>
    public static EvaluationData OfExamples(string subject, IReadOnlyList<TextExample> examples, EvaluateSection evaluate, IReadOnlyList<TextExample> general,
        string what = HeldOut)
    {
        EvaluationSuite suite = new();
        TextExample[] asked = [.. examples.Where(example => example.Prompt.Length > 0)];
        string[] labels = [.. asked.Select(example => example.Completion).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        bool classification = labels.Length > 1 && labels.Length <= evaluate.MostLabels;
        if (classification)
        {
            suite.AddChoice(LabelChoice, $"{what}, choice among the labels",
                [.. asked.Select(example => new ChoiceItem(example.Prompt, labels, Array.IndexOf(labels, example.Completion), example.Messages))]);
        }

        suite.AddExactMatch("held_out_exact", $"{what}, exact match", asked);
        suite.AddPerplexity("held_out_perplexity", $"{what}, perplexity per token", examples);
        suite.AddPerplexity("general_perplexity", "general text, perplexity per token", general);
        AddSets(suite, evaluate);
        suite.AddSamples(Spread(examples, evaluate.Samples).Select(Sample));
        return new EvaluationData(subject, suite, examples, classification ? labels : []);
    }

    /// <summary>The accuracy of a classifier.</summary>
    /// <param name="subject">Name of the data.</param>
    /// <param name="examples">At least one; the completion names the class.</param>
    /// <param name="labels">The completions as they stand in the data, for the baselines.</param>
    /// <param name="what">What the examples are called.</param>
    public static EvaluationData OfClassification(string subject, IReadOnlyList<TextExample> examples, IReadOnlyList<string> labels, string what = HeldOut)
    {
        EvaluationSuite suite = new();
        suite.AddClassification(LabelChoice, $"{what}, accuracy of the classes", examples);
        return new EvaluationData(subject, suite, examples, labels);
    }

    /// <summary>Adds the sets that a recipe names.</summary>
    public static void AddSets(EvaluationSuite suite, EvaluateSection evaluate)
    {
        foreach (EvaluationSetSection set in evaluate.Sets)
        {
            suite.AddAnswerProbability($"{set.Name}_answer_probability", $"{set.Name.Replace('_', ' ')}, answer probability", set.Examples());
        }
    }

    // Questions about one fact stand and fall together, so they are one item of an interval.
    private static (ChoiceQuestion[] Questions, int[] Groups) Asked(IEnumerable<Fact> facts)
    {
        (ChoiceQuestion Question, int Fact)[] asked = [.. facts.SelectMany((fact, i) => fact.HeldOutQuestions.Select(question => (question, i)))];
        return ([.. asked.Select(item => item.Question)], [.. asked.Select(item => item.Fact)]);
    }

    private static ChoiceItem[] Choices(IEnumerable<ChoiceQuestion> questions) => [.. questions.Select(question => new ChoiceItem(question.Prompt, question.Completions(), 0))];

    private static TextExample Whole(TextExample example) => new("", example.Prompt + example.Completion);

    // A text without a prompt is continued from its first half.
    private static (string Prompt, string Expected, Conversation? Chat) Sample(TextExample example)
    {
        if (example.Prompt.Length > 0)
        {
            return (example.Prompt, example.Completion.Trim(), example.Messages);
        }

        int half = example.Completion.IndexOf(' ', Math.Min(example.Completion.Length - 1, example.Completion.Length / 2));
        return half < 0 ? (example.Completion, "", null) : (example.Completion[..half], example.Completion[half..].Trim(), null);
    }

    private static IEnumerable<T> Spread<T>(IReadOnlyList<T> items, int count) => Enumerable.Range(0, Math.Min(count, items.Count)).Select(i => items[(int)((long)i * items.Count / Math.Min(count, items.Count))]);
}
