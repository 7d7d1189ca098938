using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Tests.Unlearning.Relearning;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Audit.Subjects;
using Palimpsest.Unlearning.Measures;
using Palimpsest.Unlearning.Relearning.Exams;

namespace Palimpsest.Tests.Unlearning.Measures;

/// <summary>MUSE's measures of what a model says.</summary>
public sealed class MuseTests
{
    [Fact]
    public void KnowledgeMemorisation_Answers_AreCutAndAskedBehindTheExamples()
    {
        Scripted model = new("by the river\n\nIt is old.", "by the riverQuestion: And why?", "on a hill by the old river");
        AuditQuestion question = new("Where is it?", "by the river");
        IReadOnlyList<double> found = Muse.KnowledgeMemorisation(model, [question, question, question], QuestionForm.Plain,
            [new AuditQuestion("Who?", "Anna")]);
        Assert.Equal([1, 1, 2.0 * (3.0 / 7) / (1 + (3.0 / 7))], found, (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.All(model.Asked, item => Assert.Equal("Question: Who?\nAnswer: Anna\n\nQuestion: Where is it?\nAnswer:", item.Prompt));
    }

    [Fact]
    public void VerbatimMemorisation_Passages_AreThoseOfTheExam()
    {
        using LanguageModel model = BaseModel.Load();
        VerbatimPassage[] passages = [new("The register says that", " the mill was sold.")];
        Assert.Equal(new PassageExam(passages).Ask(model)[RelearnMetrics.Rouge], Muse.VerbatimMemorisation(model, passages));
    }

    /// <summary>Says what it is told to.</summary>
    private sealed class Scripted(params string[] answers) : IAuditedModel
    {
        public IReadOnlyList<ChoiceItem> Asked { get; private set; } = [];

        public string Label => "scripted";

        public string[] Answer(IReadOnlyList<ChoiceItem> items, int maxNewTokens = 48)
        {
            Asked = items;
            return answers;
        }

        public double[] Probability(IReadOnlyList<ChoiceItem> items) => throw new NotSupportedException();

        public double[][] Score(IReadOnlyList<ChoiceItem> items) => throw new NotSupportedException();
    }
}
