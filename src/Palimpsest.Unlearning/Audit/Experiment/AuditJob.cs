using System.Globalization;
using Palimpsest.Evaluation;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Numerics;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;
using Palimpsest.Torch;
using Palimpsest.Unlearning.Audit.Lessons;
using Palimpsest.Unlearning.Audit.Subjects;
using Palimpsest.Unlearning.BenignModifications;
using Palimpsest.Unlearning.Measures;
using Palimpsest.Unlearning.Relearning;
using Palimpsest.Unlearning.Relearning.Exams;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary><c>kind: audit</c>: asks models about what they were to forget and what they were to keep, as it stands and otherwise, attacks what is left in the
/// weights, and says whether the forgetting holds.</summary>
public sealed class AuditJob : Job<AuditRecipe, AuditResult>
{
    // Answers of more words are hardly ever given back word for word: how likely they are says more.
    private const double ShortAnswer = 5;

    /// <inheritdoc/>
    public override string Kind => "audit";

    /// <inheritdoc/>
    protected override AuditRecipe Complete(AuditRecipe recipe) => recipe.Completed;

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(AuditRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        (string Name, string? Path)[] inputs =
        [
            ("model", recipe.Owners is null ? EmbeddedModels.Resolve(recipe.Model.Name) : null), ("adapter", recipe.Model.Adapter),
            ("reference", recipe.Reference is string reference && !recipe.HasLog ? EmbeddedModels.Resolve(reference) : recipe.Reference),
            ("original", recipe.Original is string original ? EmbeddedModels.Resolve(original) : null),
            ("forget", recipe.Data.Forget), ("retain", recipe.Data.Retain), ("public", recipe.Data.Public), ("general", recipe.Data.General),
            ("holdout", recipe.Data.Holdout), ("real_authors", recipe.Data.RealAuthors), ("world_facts", recipe.Data.WorldFacts),
            ("receipt", recipe.Owners?.Receipt),
        ];
        return inputs.Where(input => input.Path is not null).Select(input => (input.Name, input.Path!));
    }

    /// <inheritdoc/>
    protected override int? Threads(AuditRecipe recipe) => recipe.Model.Threads;

    /// <inheritdoc/>
    protected override bool Run(AuditRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            context.Run.WriteResult(Audit(recipe, context));
            return true;
        }
        catch (OperationCanceledException)
        {
            return false; // what is done lies in the run's folder
        }
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(AuditRecipe recipe, AuditResult result) => AuditFigures.Of(recipe, result);

    /// <inheritdoc/>
    protected override Report Report(AuditRecipe recipe, AuditResult result, string folder) => AuditReport.Of(recipe, result);

    private static AuditResult Audit(AuditRecipe recipe, JobContext context)
    {
        TorchContext torch = recipe.Model.Context(recipe.Seed);
        AuditStages stages = new(context.Run, recipe.Method.Time, context.Log);
        AuditMaterial material = recipe.OnWorld ? AuditMaterial.OfWorld(new WorldLesson(recipe.Data.World, recipe.Seed), recipe.Data.Form)
            : AuditMaterial.OfFiles(recipe.Data);
        TofuReference? log = recipe.HasLog ? TofuReference.Read(recipe.Reference!) : null;
        if (log is not null && material.Questions.Forget.Any(question => question.Wrong.Count == 0))
        {
            throw new PalimpsestException($"{recipe.Reference}: a log is compared by truth ratios, and {recipe.Data.Forget} has questions without wrong "
                + "answers (perturbed_answer). Take TOFU's forget set with perturbed answers, or a model as the reference.");
        }

        log?.Require(material.Questions.Forget, null);
        AuditModels models = recipe.Makes ? AuditModels.Made(recipe, material, stages, context, torch) : AuditModels.Given(recipe, context, torch);
        context.Log.Say(string.Create(CultureInfo.InvariantCulture, $"{material.Subject}: {material.Questions.Forget.Count} questions to be forgotten, ")
            + string.Create(CultureInfo.InvariantCulture, $"{material.Questions.Retain.Count} to stay. ")
            + $"Audited: {string.Join(", ", models.Audited.Select(model => model.Name))}. Budget: {recipe.Method.Budget}.");
        using OpenSubjects open = new(torch, new WeightlessTuning(material.Questions, recipe.Data.Form, torch.Stream("audit", "weightless")));
        AuditProbes probes = new(recipe, material, models, stages, open, context, torch);
        List<string> leftOut = [];

        // First what every verdict rests on, then what is tried.
        Dictionary<string, IReadOnlyList<Measurement>> ordinary = models.All.ToDictionary(subject => subject.Name, probes.Ordinary, StringComparer.Ordinal);
        string metric = material.Relearn.Targets.Average(question => question.Needed.Split(' ').Length) <= ShortAnswer ? RelearnMetrics.Success
            : RelearnMetrics.Probability;
        IReadOnlyList<double> known = models.Original is AuditSubject learnt ? probes.Targets(learnt)[metric]
            : [.. material.Relearn.Targets.Select(_ => 1.0)]; // nobody knows what there was: held against all of it
        IReadOnlyList<RelearnCourse> courses = probes.Relearning(leftOut);
        IReadOnlyList<(string Attack, IReadOnlyDictionary<string, double[]> Found)> untrained = probes.Untrained();
        IReadOnlyDictionary<string, BenignResult> benign = probes.Benign();
        IReadOnlyDictionary<string, AuditMeasures> measures = probes.Measures();

        AuditConclusion conclusion = new(recipe.Method.Margin, metric, torch.Stream("audit", "conclusion"));
        CollapseFigures? wrote = (models.Original ?? models.Control) is AuditSubject whole ? probes.Collapse(whole) : null;
        AuditOutcome Outcome(AuditSubject subject)
        {
            AuditSubject? control = models.ControlOf(subject);
            RelearnCourse[] own = [.. courses.Where(course => course.Model == subject.Name)];
            AuditOutcome found = new()
            {
                Model = subject.Name,
                Control = control?.Name,
                Exact = subject.Exact,
                Weightless = subject.Weightless is not null,
                UnlearnSteps = subject.Steps,
                Ordinary = ordinary[subject.Name],
                Benign = benign[subject.Name],
                Courses = own,
                Recoveries = Recoveries(own, [.. courses.Where(course => course.Model == control?.Name)], probes.Subjects, known, metric, torch),
                Untrained = subject.Weightless is not null ? [] : Untrained(subject, control, untrained, probes, conclusion),
                Collapsed = wrote is not null && subject.Weightless is null ? probes.Collapse(subject)?.CollapsedSince(wrote) : null,
                Measures = measures.TryGetValue(subject.Name, out AuditMeasures? taken)
                    ? MeasureProbe.Against(taken, measures.GetValueOrDefault(control?.Name ?? ""),
                        log?.ForgetQuality(taken.TruthRatios, material.Questions.Forget, open.Model(subject))) : null,
                Verdict = AuditVerdict.Inconclusive,
                Sentences = [],
            };
            return conclusion.Of(found, ordinary.GetValueOrDefault(AuditModels.OriginalName), control is null ? null : ordinary[control.Name]);
        }

        AuditOutcome[] outcomes = [.. models.Audited.Select(Outcome)];
        foreach (AuditOutcome outcome in outcomes)
        {
            context.Log.Say($"{outcome.Model}: {string.Join(" ", outcome.Sentences)}");
        }

        return new AuditResult
        {
            Subject = material.Subject,
            Forget = material.Questions.Forget.Count,
            Retain = material.Questions.Retain.Count,
            Others = [.. models.All.Except(models.Audited).Select(subject => new AuditBeside(subject.Name, ordinary[subject.Name],
                measures.GetValueOrDefault(subject.Name), [.. courses.Where(course => course.Model == subject.Name)]))],
            Models = outcomes,
            LeftOut = [.. leftOut, .. stages.LeftOut.Select(what => $"Left out for lack of time: {what}.")],
            Seconds = stages.Seconds,
        };
    }

    private static IReadOnlyList<RelearnRecovery> Recoveries(RelearnCourse[] own, RelearnCourse[] controls, IReadOnlyList<string> subjects,
        IReadOnlyList<double> known, string metric, TorchContext torch) =>
        [.. from course in own
            join control in controls on course.Set equals control.Set
            select RelearnRecovery.Of(metric, subjects, known, course, control, neverLearned: true,
                torch.Stream("audit", "recovery", course.Model, course.Set))];

    private static IReadOnlyList<UntrainedRecovery> Untrained(AuditSubject subject, AuditSubject? control,
        IReadOnlyList<(string Attack, IReadOnlyDictionary<string, double[]> Found)> attacks, AuditProbes probes, AuditConclusion conclusion)
    {
        IReadOnlyList<double> before = probes.Targets(subject)[RelearnMetrics.Success];
        IReadOnlyList<double>? never = control is null ? null : probes.Targets(control)[RelearnMetrics.Success];
        return [.. attacks.Select(attack =>
        {
            double[] found = attack.Found[subject.Name];
            double[]? other = control is null ? null : attack.Found[control.Name];
            Interval? beyond = other is null ? null
                : conclusion.Beyond(attack.Attack, probes.Subjects, i => found[i] - before[i] - (other[i] - never![i]));
            return new UntrainedRecovery(attack.Attack, found.Average(), before.Average(), other?.Average(), beyond);
        })];
    }
}
