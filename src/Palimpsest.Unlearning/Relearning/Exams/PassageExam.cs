using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Metrics;
using Palimpsest.Models;

namespace Palimpsest.Unlearning.Relearning.Exams;

/// <summary>Passages that are continued from their beginnings: what MUSE calls verbatim memorisation.</summary>
/// <remarks>The greedy continuation is as long as the true one in tokens. Extraction strength and exact memorisation are measured by teacher forcing and
/// without the end token.</remarks>
/// <param name="passages">The passages, at least one; each fits into the models' context.</param>
public sealed class PassageExam(IReadOnlyList<VerbatimPassage> passages) : IRelearnExam
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Subjects { get; } =
        [.. passages.Select((passage, i) => passage.Subject ?? "passage " + i.ToString(CultureInfo.InvariantCulture))];

    /// <inheritdoc/>
    public string Headline => RelearnMetrics.Rouge;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Ask(LanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ExampleEncoder encoder = model.Encoder();
        TokenSequence[] sequences = [.. passages.Select(passage => encoder.EncodeOpen(passage.Beginning, passage.Continuation))];
        int context = model.Model.Config.ContextLength;
        if (Array.FindIndex(sequences, sequence => sequence.Ids.Length > context || sequence.Targets == 0) is int bad and >= 0)
        {
            throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture,
                $"Passage {bad + 1} has {sequences[bad].Ids.Length} tokens, {sequences[bad].Targets} ")
                + string.Create(CultureInfo.InvariantCulture, $"of them to be continued; the model's context holds {context}. Cut it."));
        }

        TokenPrediction[][] predicted = TokenPredictions.Of(model.Model, sequences);
        return new Dictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal)
        {
            [RelearnMetrics.Rouge] = [.. Continued(model, sequences).Zip(passages, (made, passage) => Rouge.L(passage.Continuation, made, stem: false).F)],
            [RelearnMetrics.Exact] = [.. predicted.Select(Memorisation.Exact)],
            [RelearnMetrics.Extraction] = [.. predicted.Select(tokens => Memorisation.ExtractionStrength(tokens))],
            [RelearnMetrics.TargetNats] = [.. predicted.Select(Memorisation.Loss)],
        };
    }

    private static string[] Continued(LanguageModel model, TokenSequence[] sequences)
    {
        string[] made = new string[sequences.Length];
        foreach (IGrouping<int, int> group in Enumerable.Range(0, sequences.Length).GroupBy(i => sequences[i].Targets))
        {
            int[] own = [.. group];
            string[] texts = ExactMatch.Greedy(model, [.. own.Select(i => sequences[i].Ids[..sequences[i].LossFrom])], group.Key);
            for (int i = 0; i < own.Length; i++)
            {
                made[own[i]] = texts[i];
            }
        }

        return made;
    }
}
