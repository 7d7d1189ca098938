using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Relearning.Exams;

namespace Palimpsest.Unlearning.Relearning;

/// <summary>Asks the same question again and again at a temperature: an answer that greedy decoding does not give may be the second likeliest.</summary>
public static class SampledAnswers
{
    /// <summary>Asks.</summary>
    /// <param name="model">The model.</param>
    /// <param name="questions">The questions.</param>
    /// <param name="form">How they are put.</param>
    /// <param name="samples">Answers a question, at least 1.</param>
    /// <param name="random">All draws.</param>
    /// <param name="temperature">Above 0.</param>
    /// <param name="maxNewTokens">Longest answer.</param>
    /// <returns>The share of each question's answers that hold the true one. Where it is above 0, the best of so many samples succeeds.</returns>
    public static double[] Shares(LanguageModel model, IReadOnlyList<AuditQuestion> questions, QuestionForm form, int samples, RandomStream random,
        double temperature = 1, int maxNewTokens = 24)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(form);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        ExampleEncoder encoder = model.Encoder();
        SamplingOptions options = new() { MaxNewTokens = maxNewTokens, Temperature = temperature };
        return [.. questions.Select((question, i) =>
        {
            ChoiceItem item = form.Open(question);
            int[] prompt = encoder.EncodePrompt(item.Prompt, item.Chat);
            int[][] made = TextGenerator.Generate(model.Model, [.. Enumerable.Repeat(prompt, samples)], options,
                random.Child("question", i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            return made.Average(ids => QuestionExam.Holds(model.Tokenizer.Decode(ids), question) ? 1.0 : 0);
        })];
    }
}
