using System.Diagnostics;
using System.Text.Json;
using Palimpsest.Data;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Unlearning.Relearning.Exams;
using Palimpsest.Unlearning.Relearning.Sets;

namespace Palimpsest.Unlearning.Relearning;

/// <summary>All attacks on an unlearned model beside the same on its controls.</summary>
public sealed record RelearnStudy
{
    /// <summary>The model that unlearned.</summary>
    public required RelearnSubject Unlearned { get; init; }

    /// <summary>The model before it unlearned.</summary>
    public required RelearnSubject Before { get; init; }

    /// <summary>A model that never learned the data; null where there is none, and then unrelated text is the control.</summary>
    public RelearnSubject? NeverLearned { get; init; }

    /// <summary>What the sets are made of.</summary>
    public required RelearnMaterial Material { get; init; }

    /// <summary>What the models are asked.</summary>
    public required IRelearnExam Exam { get; init; }

    /// <summary>The sets, each of another kind.</summary>
    /// <value>The default is public text alone.</value>
    public IReadOnlyList<RelearnSetOptions> Sets { get; init; } = [new PublicText()];

    /// <summary>How models learn again.</summary>
    public RelearnOptions Options { get; init; } = new();

    /// <summary>How weights are rounded instead.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<RoundingForm> Roundings { get; init; } = [];

    /// <summary>Answers a question at temperature 1, of which the best counts; 0 for none.</summary>
    /// <value>The default is 0.</value>
    public int Samples { get; init; }

    /// <summary>Text that should stay, by which a collapse is seen.</summary>
    public required IReadOnlyList<TextExample> Kept { get; init; }

    /// <summary>Makes all attacks that are not kept yet.</summary>
    /// <param name="random">All draws.</param>
    /// <param name="store">Where finished attacks are kept.</param>
    /// <param name="stop">Ends the study; finished attacks stay in the store.</param>
    /// <exception cref="PalimpsestException">A set cannot be made, or there is neither a control model nor unrelated text.</exception>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public RelearnStudyResult Run(RandomStream random, AttackStore store, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(store);
        RelearnPoint before = store.Get("before", () => With(Before, model => new RelearnPoint(0, Exam.Ask(model))));
        CollapseFigures[] writes = store.Get("collapse", () => new[] { Before, Unlearned }.Select(subject =>
            With(subject, model => CollapseCheck.Measure(model, Kept))).ToArray());
        RelearnSet[] sets = With(Unlearned, model => Sets.Concat(Controls()).Select(options => options.Build(Material, model, random.Child("sets"))).ToArray());
        RelearningAttack attack = new(Options, Exam, random);
        List<RelearnCourse> courses = [];
        List<RelearnRecovery> recoveries = [];
        RelearnCourse Course(RelearnSubject subject, string name, Func<RelearnCourse> run)
        {
            stop.ThrowIfCancellationRequested();
            RelearnCourse course = store.Get($"{subject.Label} {name}{(Options.Lora is null ? "" : " adapter")}", run);
            courses.Add(course);
            return course;
        }

        void Compare(RelearnCourse course, RelearnCourse control) => recoveries.AddRange(course.Points[^1].Items.Keys.Select(metric =>
            RelearnRecovery.Of(metric, Exam.Subjects, before.Items[metric], course, control, NeverLearned is not null,
                random.Child("intervals", course.Set, metric))));

        RelearnCourse Attacked(RelearnSubject subject, RelearnSet set) => Course(subject, set.Name, () => attack.Run(subject, set, stop));
        RelearnCourse? unrelated = NeverLearned is null ? Attacked(Unlearned, sets[^1]) : null;
        foreach (RelearnSet set in sets.Take(Sets.Count))
        {
            Compare(set.Name == unrelated?.Set ? unrelated : Attacked(Unlearned, set), unrelated ?? Attacked(NeverLearned!, set));
        }

        foreach ((string name, Func<LanguageModel, RelearnPoint> change) in Untrained(random))
        {
            RelearnCourse Changed(RelearnSubject subject) => Course(subject, name, () => Untrained(subject, name, change));
            RelearnCourse own = Changed(Unlearned);
            Compare(own, NeverLearned is null ? own with { Points = own.Points.Take(1).ToArray() } : Changed(NeverLearned));
        }

        return new RelearnStudyResult
        {
            Before = before,
            Courses = courses,
            Recoveries = recoveries,
            WroteBefore = writes[0],
            Writes = writes[1],
            Collapsed = writes[1].CollapsedSince(writes[0]),
        };
    }

    private IEnumerable<RelearnSetOptions> Controls() => NeverLearned is not null ? []
        : Material.Unrelated.Count > 0 ? [new UnrelatedText()]
        : throw new PalimpsestException("A relearning attack needs a control. Give a model that never learned the data, or unrelated text.");

    private IEnumerable<(string Name, Func<LanguageModel, RelearnPoint> Change)> Untrained(RandomStream random)
    {
        foreach (RoundingForm form in Roundings)
        {
            yield return (RecipeText(form), model => Rounded(model, form));
        }

        if (Samples > 0 && Exam is QuestionExam)
        {
            yield return (FormattableString.Invariant($"best of {Samples} samples"), model => new RelearnPoint(Samples,
                new Dictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal)
                {
                    [RelearnMetrics.Success] = [.. SampledAnswers.Shares(model, Material.Targets, Material.Form, Samples, random.Child("samples"))
                        .Select(share => share > 0 ? 1.0 : 0)],
                }));
        }
    }

    private RelearnPoint Rounded(LanguageModel model, RoundingForm form)
    {
        WeightRounding.Apply(model, form);
        return new RelearnPoint(1, Exam.Ask(model));
    }

    // A course of two points: the model as it is, and changed.
    private RelearnCourse Untrained(RelearnSubject subject, string name, Func<LanguageModel, RelearnPoint> change)
    {
        long started = Stopwatch.GetTimestamp();
        RelearnPoint[] points = With(subject, model => new[] { new RelearnPoint(0, Exam.Ask(model)), change(model) });
        return new RelearnCourse
        {
            Model = subject.Label,
            Set = name,
            Adapter = false,
            Points = points,
            Texts = 0,
            Told = 0,
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
        };
    }

    private static string RecipeText(RoundingForm form) => JsonNamingPolicy.KebabCaseLower.ConvertName(form.ToString());

    private static T With<T>(RelearnSubject subject, Func<LanguageModel, T> ask)
    {
        using LanguageModel model = subject.Load(LoadMode.Trainable);
        return ask(model);
    }
}
