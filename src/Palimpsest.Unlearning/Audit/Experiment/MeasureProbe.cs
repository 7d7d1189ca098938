using Palimpsest.Data;
using Palimpsest.Metrics;
using Palimpsest.Models;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.Audit.Subjects;
using Palimpsest.Unlearning.Measures;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>Takes the measures of TOFU, MUSE and of membership inference on a model of an audit.</summary>
/// <param name="material">What is asked.</param>
/// <param name="form">How it is put.</param>
internal sealed class MeasureProbe(AuditMaterial material, QuestionForm form)
{
    private const string MinK = "min_k";

    /// <summary>Measures.</summary>
    /// <param name="asked">The model as it answers.</param>
    /// <param name="weights">Its weights; null where something stands before them, and then nothing is read off them.</param>
    public AuditMeasures Take(IAuditedModel asked, LanguageModel? weights)
    {
        TofuScores forget = TofuScores.Of(asked, material.Questions.Forget, form);
        TextScores? texts = weights is null ? null : TextScores.Of(weights, Texts(material.Questions.Forget));
        TextScores? held = weights is null || material.Holdout.Count == 0 ? null : TextScores.Of(weights, Texts(material.Holdout));
        return new AuditMeasures
        {
            TruthRatios = forget.TruthRatio,
            ForgetTruthRatio = forget.TruthRatio.Count == 0 ? null : Tofu.TruthAggregate([.. forget.TruthRatio], forget: true),
            Utility = Utility(asked),
            ForgetKnowledge = Muse.KnowledgeMemorisation(asked, material.Questions.Forget, form, []).Average(),
            RetainKnowledge = Muse.KnowledgeMemorisation(asked, material.Questions.Retain, form, []).Average(),
            ExactMemorisation = texts?.ExactMemorisation.Average(),
            ExtractionStrength = texts?.ExtractionStrength.Average(),
            Membership = held is null ? new Dictionary<string, double>() : texts!.Membership.ToDictionary(item => item.Key, item =>
                Membership.Area(item.Value, held.Membership[item.Key]), StringComparer.Ordinal),
        };
    }

    /// <summary>The measures with what a reference adds: forget quality and privacy leak.</summary>
    /// <param name="found">Of an audited model.</param>
    /// <param name="control">Of the control; null without one.</param>
    /// <param name="quality">Forget quality against a log; null where the control gives it.</param>
    public static AuditMeasures Against(AuditMeasures found, AuditMeasures? control, double? quality = null) => found with
    {
        ForgetQuality = quality ?? (found.TruthRatios.Count > 0 && control is { TruthRatios.Count: > 0 }
            ? Tofu.ForgetQuality([.. found.TruthRatios], [.. control.TruthRatios]) : null),
        PrivacyLeak = !found.Membership.TryGetValue(MinK, out double area) ? null
            : control?.Membership.TryGetValue(MinK, out double retrained) == true && retrained < 1 ? Membership.PrivacyLeak(area, retrained)
            : Membership.PrivacyLeak(area),
    };

    private double? Utility(IAuditedModel asked)
    {
        if (material.RealAuthors.Count == 0 || material.WorldFacts.Count == 0 || material.Questions.Retain.Any(question => question.Wrong.Count == 0))
        {
            return null;
        }

        return Tofu.Utility(TofuScores.Of(asked, material.Questions.Retain, form).Split(),
            TofuScores.Of(asked, material.RealAuthors, form, choices: true).Split(),
            TofuScores.Of(asked, material.WorldFacts, form, choices: true).Split());
    }

    private TextExample[] Texts(IReadOnlyList<AuditQuestion> questions) => [.. questions.Select(form.Open).Select(item =>
        new TextExample(item.Prompt, item.Choices[item.Answer], null, item.Chat))];
}
