using Palimpsest.Data.Batches;
using Palimpsest.Models;

namespace Palimpsest.Evaluation;

/// <summary>Multiple choice by likelihood: a question is answered rightly if the true completion has the largest sum of log-probabilities.</summary>
/// <remarks>Brown et al., Language Models are Few-Shot Learners, NeurIPS 2020, section 2.4, without normalising by length. Of equally likely completions the first one counts.</remarks>
public static class ChoiceAccuracy
{
    /// <summary>Answers questions.</summary>
    /// <param name="model">The model.</param>
    /// <param name="items">The questions; prompt and completion together must fit into the model's context.</param>
    /// <returns>The index of the completion that the model finds most likely, one a question.</returns>
    public static int[] Answer(LanguageModel model, IReadOnlyList<ChoiceItem> items)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(items);
        ExampleEncoder encoder = model.Encoder();
        TokenSequence[] sequences = [.. items.SelectMany(item => item.Choices.Select(choice => item.Encode(encoder, choice)))];
        double[] scores = SequenceScorer.LogLikelihoods(model.Model, sequences);
        int[] answers = new int[items.Count];
        for (int i = 0, from = 0; i < items.Count; from += items[i].Choices.Count, i++)
        {
            ReadOnlySpan<double> own = scores.AsSpan(from, items[i].Choices.Count);
            for (int choice = 1; choice < own.Length; choice++)
            {
                answers[i] = own[choice] > own[answers[i]] ? choice : answers[i];
            }
        }

        return answers;
    }

    /// <summary>1 for each question answered rightly, 0 for the others; the mean is the accuracy.</summary>
    /// <inheritdoc cref="Answer"/>
    public static double[] Correct(LanguageModel model, IReadOnlyList<ChoiceItem> items) =>
        [.. Answer(model, items).Zip(items, (answer, item) => answer == item.Answer ? 1.0 : 0.0)];
}
