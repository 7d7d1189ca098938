using Palimpsest.Evaluation;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Runs.Recipes;
using Palimpsest.Torch;
using Palimpsest.Unlearning.Audit.Questions;
using Palimpsest.Unlearning.BenignModifications;
using Palimpsest.Unlearning.Relearning;
using Palimpsest.Unlearning.Relearning.Exams;
using Palimpsest.Unlearning.Relearning.Sets;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>Everything that is done to the models of an audit, each part once and in the order of what matters most.</summary>
internal sealed class AuditProbes
{
    private const string Relearn = "relearn";
    private readonly AuditRecipe _recipe;
    private readonly AuditMaterial _material;
    private readonly AuditModels _models;
    private readonly AuditStages _stages;
    private readonly OpenSubjects _open;
    private readonly CancellationToken _stop;
    private readonly TorchContext _torch;
    private readonly QuestionExam _exam;

    public AuditProbes(AuditRecipe recipe, AuditMaterial material, AuditModels models, AuditStages stages, OpenSubjects open, JobContext context,
        TorchContext torch)
    {
        (_recipe, _material, _models, _stages, _open, _stop, _torch) = (recipe, material, models, stages, open, context.Stop, torch);
        _exam = new QuestionExam(material.Relearn.Targets, recipe.Data.Form, recipe.Method.Benign.MaxNewTokens);
    }

    /// <summary>Whom or what each question of <see cref="Targets"/> is about.</summary>
    public IReadOnlyList<string> Subjects => _exam.Subjects;

    // Controls first: no attack without them.
    private AuditSubject[] Attacked => [.. _models.Audited.Where(subject => subject.Weightless is null).ToArray() is { Length: > 0 } own
        ? _models.Controls.Concat(own) : []];

    /// <summary>Both sets as they stand.</summary>
    public IReadOnlyList<Measurement> Ordinary(AuditSubject subject) => Part($"ask-{subject.Name}", $"asking as usual: {subject.Name}", () => (Measurement[])
    [
        .. Enum.GetValues<QuestionSide>().SelectMany(side => OrdinaryExam.Ask(_open[subject], _material.Questions[side], _recipe.Data.Form, side,
            _recipe.Method.Benign.MaxNewTokens)),
    ]);

    /// <summary>The questions that relearning is to bring back: one figure an item, by metric.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Targets(AuditSubject subject) =>
        Part($"targets-{subject.Name}", $"asking what relearning is to bring back: {subject.Name}", () => new Dictionary<string, IReadOnlyList<double>>(
            _exam.Ask(_open.Model(subject))));

    /// <summary>The measures of published benchmarks, by the names of the models; none where there was no time for them.</summary>
    public IReadOnlyDictionary<string, AuditMeasures> Measures()
    {
        MeasureProbe probe = new(_material, _recipe.Data.Form);
        IReadOnlyList<AuditSubject> all = _models.All;
        IReadOnlyList<AuditMeasures>? found = _stages.TryDo("measures", "the measures of TOFU, MUSE and membership inference", [.. all.Select(subject => (
            $"measures-{subject.Name}", subject.Name, (Func<AuditMeasures>)(() =>
                probe.Take(_open[subject], subject.Weightless is null ? _open.Model(subject) : null))))]);
        return all.Zip(found ?? []).ToDictionary(item => item.First.Name, item => item.Second, StringComparer.Ordinal);
    }

    /// <summary>Whether a model still writes; null without text to see it by.</summary>
    public CollapseFigures? Collapse(AuditSubject subject) => _material.General.Count == 0 ? null
        : Part($"writes-{subject.Name}", $"looking whether it still writes: {subject.Name}", () =>
            CollapseCheck.Measure(_open.Model(subject), _material.General));

    /// <summary>The questions in other forms, by the names of the audited models.</summary>
    public IReadOnlyDictionary<string, BenignResult> Benign()
    {
        BenignComparison comparison = new(_recipe.Method.Benign with { Margin = _recipe.Method.Margin }, _recipe.Data.Form, _material.Questions,
            _torch.Stream("audit", "benign"));
        Dictionary<string, List<ModifiedScore>> scores = _models.Audited.ToDictionary(subject => subject.Name, _ => new List<ModifiedScore>(),
            StringComparer.Ordinal);
        List<string> late = [];
        foreach (IBenignModification one in comparison.Possible)
        {
            _stop.ThrowIfCancellationRequested();
            IReadOnlyList<ModifiedScore[]>? rows = _stages.TryDo("benign", $"asking otherwise ({one.Name})", [.. _models.Audited.Select(subject => (
                $"benign-{subject.Name}-{one.Name}", subject.Name, (Func<ModifiedScore[]>)(() =>
                    [.. comparison.Compare(one, _open[subject], Asked(_models.ControlOf(subject)), Asked(_models.Original))])))]);
            if (rows is null)
            {
                late.Add($"{one.Name}: there was no time left for it.");
                continue;
            }

            for (int i = 0; i < rows.Count; i++)
            {
                scores[_models.Audited[i].Name].AddRange(rows[i]);
            }
        }

        return _models.Audited.ToDictionary(subject => subject.Name, subject =>
            comparison.Result(_open[subject], Asked(_models.ControlOf(subject)), scores[subject.Name], [.. late]), StringComparer.Ordinal);
    }

    /// <summary>Curves of relearning, set by set, the controls' among them. Sets that nothing can be made of are said and left out.</summary>
    /// <param name="leftOut">Receives what is left out, a sentence each.</param>
    public IReadOnlyList<RelearnCourse> Relearning(List<string> leftOut)
    {
        AuditSubject[] attacked = Attacked;
        List<RelearnCourse> courses = [];
        if (attacked.Length == 0)
        {
            return courses;
        }

        RelearningAttack attack = new(_recipe.Method.Relearning.Options, _exam, _torch.Stream("audit", "attack"));
        foreach (RelearnSetOptions options in _recipe.Method.Relearning.Sets)
        {
            _stop.ThrowIfCancellationRequested();
            string name = RecipeChoices.NameOf(options);
            RelearnSet set;
            try
            {
                set = options.Build(_material.Relearn, _open.Model(attacked[^1]), _torch.Stream("audit", "sets", name));
            }
            catch (PalimpsestException nothing)
            {
                leftOut.Add(nothing.Message);
                continue;
            }

            if (_stages.TryDo(Relearn, $"relearning on {name}", [.. attacked.Select(subject => ($"{Relearn}-{subject.Name}-{name}",
                subject.Name, (Func<RelearnCourse>)(() =>
                    attack.Run(new RelearnSubject(subject.Name, mode => _open.Fresh(subject, mode)), set, _stop))))]) is IReadOnlyList<RelearnCourse> found)
            {
                courses.AddRange(found);
            }
        }

        return courses;
    }

    /// <summary>What comes back without training: each attack with the questions that are answered then, by the names of the models.</summary>
    public IReadOnlyList<(string Attack, IReadOnlyDictionary<string, double[]> Found)> Untrained()
    {
        AuditSubject[] attacked = Attacked;
        AuditRelearnSection options = _recipe.Method.Relearning;
        List<(string, IReadOnlyDictionary<string, double[]>)> found = [];
        void Try(string name, string what, Func<AuditSubject, double[]> attack)
        {
            _stop.ThrowIfCancellationRequested();
            if (attacked.Length > 0 && _stages.TryDo(name, what, [.. attacked.Select(subject => ($"{name}-{subject.Name}", subject.Name,
                (Func<double[]>)(() => attack(subject))))]) is IReadOnlyList<double[]> figures)
            {
                found.Add((what, attacked.Zip(figures).ToDictionary(item => item.First.Name, item => item.Second, StringComparer.Ordinal)));
            }
        }

        foreach (RoundingForm form in options.Rounding)
        {
            string name = form.ToString().ToLowerInvariant();
            Try(name, $"weights rounded to {name}", subject =>
            {
                using LanguageModel model = _open.Fresh(subject, LoadMode.Trainable);
                WeightRounding.Apply(model, form);
                return [.. _exam.Ask(model)[RelearnMetrics.Success]];
            });
        }

        if (options.Samples > 0)
        {
            Try("samples", $"the best of {options.Samples} drawn answers", subject => [.. SampledAnswers.Shares(_open.Model(subject),
                _material.Relearn.Targets, _recipe.Data.Form, options.Samples, _torch.Stream("audit", "samples")).Select(share => share > 0 ? 1.0 : 0)]);
        }

        return found;
    }

    private Subjects.IAuditedModel? Asked(AuditSubject? subject) => subject is null ? null : _open[subject];

    private T Part<T>(string name, string what, Func<T> make)
        where T : class
    {
        _stop.ThrowIfCancellationRequested();
        return _stages.Do(name, what, make);
    }
}
