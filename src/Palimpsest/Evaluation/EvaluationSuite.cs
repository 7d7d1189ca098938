using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Chats;
using Palimpsest.Models;

namespace Palimpsest.Evaluation;

/// <summary>A list of things to measure on a model, the same before and after training.</summary>
public sealed class EvaluationSuite
{
    private readonly List<Func<LanguageModel, IReadOnlyList<Measurement>>> _parts = [];
    private readonly List<(string Prompt, string Expected, Conversation? Chat)> _samples = [];

    /// <summary>Multiple choice by likelihood.</summary>
    /// <param name="metric">Short name.</param>
    /// <param name="label">Name for people.</param>
    /// <param name="items">The questions; none adds nothing.</param>
    /// <param name="groups">Which questions belong together, for intervals; see <see cref="Measurement.Grouped"/>.</param>
    public void AddChoice(string metric, string label, IReadOnlyList<ChoiceItem> items, IReadOnlyList<int>? groups = null)
    {
        if (items.Count > 0)
        {
            Add(model => Shares(metric, label, ChoiceAccuracy.Correct(model, items), items.Average(item => 1.0 / item.Choices.Count)).Grouped(groups));
        }
    }

    /// <summary>Exact match of the greedy answer.</summary>
    /// <param name="metric">Short name.</param>
    /// <param name="label">Name for people.</param>
    /// <param name="items">Prompts and true answers; none adds nothing.</param>
    /// <param name="groups">Which prompts belong together.</param>
    public void AddExactMatch(string metric, string label, IReadOnlyList<TextExample> items, IReadOnlyList<int>? groups = null)
    {
        if (items.Count > 0)
        {
            Add(model => Shares(metric, label,
                [.. Continue(model, items.Select(item => (item.Prompt, item.Messages))).Zip(items, (made, item) => ExactMatch.Same(made, item.Completion)
                ? 1.0 : 0.0)], null).Grouped(groups));
        }
    }

    /// <summary>Perplexity of texts, or of completions given their prompts, and beside it bits per byte, which compares models with different
    /// tokenizers.</summary>
    /// <param name="metric">Short name, such as <c>general_perplexity</c>; the other is <c>general_bits_per_byte</c>.</param>
    /// <param name="label">Name for people, with "perplexity per token" in it.</param>
    /// <param name="texts">The texts; none adds nothing.</param>
    public void AddPerplexity(string metric, string label, IReadOnlyList<TextExample> texts)
    {
        if (texts.Count == 0)
        {
            return;
        }

        _parts.Add(model =>
        {
            TextPerplexity[] measured = TextPerplexity.Measure(model, texts);
            return
            [
                new Measurement { Metric = metric, Label = label, Unit = MeasurementUnit.Perplexity, Numerators = [.. measured.Select(text => text.Nats)],
                    Denominators = [.. measured.Select(text => (double)text.Tokens)] },
                new Measurement
                {
                    Metric = metric.Replace("perplexity", "bits_per_byte", StringComparison.Ordinal),
                    Label = label.Replace("perplexity per token", "bits per byte", StringComparison.Ordinal),
                    Unit = MeasurementUnit.BitsPerByte,
                    Numerators = [.. measured.Select(text => text.Nats / Math.Log(2))],
                    Denominators = [.. measured.Select(text => (double)text.Bytes)],
                },
            ];
        });
    }

    /// <summary>Mean probability of the true answers, normalised by length (<see cref="AnswerProbability"/>).</summary>
    /// <param name="metric">Short name.</param>
    /// <param name="label">Name for people.</param>
    /// <param name="examples">Questions and answers; none adds nothing.</param>
    public void AddAnswerProbability(string metric, string label, IReadOnlyList<TextExample> examples)
    {
        if (examples.Count > 0)
        {
            Add(model => Shares(metric, label, AnswerProbability.Measure(model, examples), null));
        }
    }

    /// <summary>The classes that a classifier gives to texts.</summary>
    /// <param name="metric">Short name.</param>
    /// <param name="label">Name for people.</param>
    /// <param name="texts">Prompts and, as completions, their classes; none adds nothing.</param>
    public void AddClassification(string metric, string label, IReadOnlyList<TextExample> texts)
    {
        if (texts.Count > 0)
        {
            Add(model => Shares(metric, label, [.. ClassPrediction.Of(model, texts).Select(found => found.IsRight ? 1.0 : 0.0)],
                1.0 / model.Model.Config.Labels.Count));
        }
    }

    /// <summary>Prompts whose greedy continuations are shown.</summary>
    public void AddSamples(IEnumerable<(string Prompt, string Expected, Conversation? Chat)> samples) => _samples.AddRange(samples);

    /// <summary>A measurement of any other kind.</summary>
    /// <param name="measure">Measures a model; the same items every time.</param>
    public void Add(Func<LanguageModel, Measurement> measure)
    {
        ArgumentNullException.ThrowIfNull(measure);
        _parts.Add(model => [measure(model)]);
    }

    /// <summary>Measures everything.</summary>
    public IReadOnlyList<Measurement> Measure(LanguageModel model) => [.. _parts.SelectMany(part => part(model))];

    /// <summary>The greedy continuations of the sample prompts.</summary>
    public IReadOnlyList<(string Prompt, string Expected, string Made)> Samples(LanguageModel model) =>
        [.. Continue(model, _samples.Select(sample => (sample.Prompt, sample.Chat))).Zip(_samples, (made, sample) => (sample.Prompt, sample.Expected, made))];

    private static string[] Continue(LanguageModel model, IEnumerable<(string Prompt, Conversation? Chat)> asked)
    {
        ExampleEncoder encoder = model.Encoder();
        return ExactMatch.Continue(model, [.. asked.Select(item => encoder.EncodePrompt(item.Prompt, item.Chat))]);
    }

    private static Measurement Shares(string metric, string label, double[] correct, double? chance) =>
        new() { Metric = metric, Label = label, Unit = MeasurementUnit.Share, Numerators = correct, Denominators = [.. correct.Select(_ => 1.0)], Chance = chance };
}
