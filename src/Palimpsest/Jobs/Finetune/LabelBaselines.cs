using Palimpsest.Data;
using Palimpsest.Evaluation;
using Palimpsest.Numerics;
using Palimpsest.Text;

namespace Palimpsest.Jobs.Finetune;

/// <summary>Baselines of a classification: the most frequent label, and logistic regression over words.</summary>
internal static class LabelBaselines
{
    // Enough for the baseline to be strong, and bounded for files of any size.
    private const int MostExamples = 200_000;
    private const int FewestExamples = 20;

    public static IReadOnlyList<JobBaseline> Measure(IExampleSource training, EvaluationData evaluation, RandomStream random)
    {
        string[] labels = [.. evaluation.Labels];
        if (labels.Length == 0)
        {
            return [];
        }

        (string Text, int Class)[] known = [.. training.From(0).Take(MostExamples).Select(item => (item.Example.Prompt, Array.IndexOf(labels, item.Example.Completion))).Where(item => item.Item2 >= 0)];
        if (known.Length < FewestExamples)
        {
            return [];
        }

        int majority = known.CountBy(item => item.Class).OrderBy(count => count.Key).MaxBy(count => count.Value).Key;
        BagOfWords words = BagOfWords.Train(known, labels.Length, random);
        return [Share("majority", "most frequent label", _ => majority), Share("bag-of-words", "bag-of-words logistic regression", words.Predict)];

        JobBaseline Share(string name, string label, Func<string, int> predict)
        {
            double[] correct = [.. evaluation.Texts.Where(text => text.Prompt.Length > 0).Select(text => labels[predict(text.Prompt)] == text.Completion ? 1.0 : 0.0)];
            return new JobBaseline(name, new Measurement { Metric = EvaluationData.LabelChoice, Label = label, Unit = MeasurementUnit.Share, Numerators = correct, Denominators = [.. correct.Select(_ => 1.0)] });
        }
    }
}
