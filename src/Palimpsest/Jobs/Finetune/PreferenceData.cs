using Palimpsest.Data;
using Palimpsest.Data.Preferences;
using Palimpsest.Data.Worlds;
using Palimpsest.Evaluation;
using Palimpsest.Torch;

namespace Palimpsest.Jobs.Finetune;

/// <summary>Pairs of answers, or judged answers: what a preference is learnt from, and what is held out.</summary>
/// <param name="Subject">Whose data it is.</param>
/// <param name="Training">To learn from.</param>
/// <param name="HeldOut">Not learnt; at least one.</param>
/// <param name="Suite">What is measured besides.</param>
internal sealed record PreferenceData(string Subject, IExampleSource Training, IReadOnlyList<TextExample> HeldOut, EvaluationSuite Suite)
{
    private const int ShuffleBuffer = 4096, WrongAnswers = 3;

    public static PreferenceData Of(FinetuneRecipe recipe, AnswerForm form) => recipe.Data.File is not null ? FromFile(recipe, form) : FromWorld(recipe, form);

    /// <summary>The training examples without end, shuffled.</summary>
    public IExampleStream Stream(TorchContext context) => new ExampleStream(Training, context.Stream("finetune", "own"), ShuffleBuffer);

    /// <summary>The owner's true answers against plausible wrong ones, in the phrasings of training; those of evaluation are held out.</summary>
    private static PreferenceData FromWorld(FinetuneRecipe recipe, AnswerForm form)
    {
        int index = recipe.Data.Owner ?? EvaluationData.OwnerOf(recipe.Seed);
        Owner owner = World.V1.Owner(index);
        Fact[] facts = [.. owner.Facts.Take(recipe.Data.Facts)];
        IEnumerable<TextExample> Answers(IEnumerable<ChoiceQuestion> questions) =>
            questions.SelectMany(question => question.WrongAnswers.Take(WrongAnswers).SelectMany(wrong => form == AnswerForm.Pairs
            ? [Example(question, question.Answer) with { Preference = new Preference { RejectedCompletion = " " + wrong } }]
            : new[] { Example(question, question.Answer) with { Preference = new Preference() },
                Example(question, wrong) with { Preference = new Preference { IsDesirable = false } } }));
        EvaluationData asked = EvaluationData.OfOwner(index, recipe.Data.Facts, recipe.Evaluate);
        return new PreferenceData(asked.Subject, new ListSource(owner.Name, [.. Answers(facts.SelectMany(fact => fact.TrainingQuestions))]),
            [.. Answers(facts.SelectMany(fact => fact.HeldOutQuestions))], asked.Suite);

        TextExample Example(ChoiceQuestion question, string answer) => new(question.Prompt, " " + answer, owner.Slug);
    }

    private static PreferenceData FromFile(FinetuneRecipe recipe, AnswerForm form)
    {
        FinetuneFile file = FinetuneFile.Of(recipe.Data, form);
        EvaluationSuite suite = new();
        EvaluationData.AddSets(suite, recipe.Evaluate);
        return new PreferenceData(file.Name, file.Training, file.HeldOut, suite);
    }
}
