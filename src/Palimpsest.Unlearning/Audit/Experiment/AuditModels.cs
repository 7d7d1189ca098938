using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Models.Lora;
using Palimpsest.Models.Sources;
using Palimpsest.Runs;
using Palimpsest.Runs.Recipes;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Unlearning.Audit.Lessons;
using Palimpsest.Unlearning.Relearning.Exams;
using Palimpsest.Unlearning.SiftMasks.Store;

namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>The models of an audit: those of a recipe, or ones that learn and unlearn first.</summary>
/// <param name="Original">Before unlearning; null if it is not there.</param>
/// <param name="Control">Never saw what is to be forgotten; null if there is none.</param>
/// <param name="Audited">At least one.</param>
internal sealed record AuditModels(AuditSubject? Original, AuditSubject? Control, IReadOnlyList<AuditSubject> Audited)
{
    /// <summary>Names of the models that are not audited themselves.</summary>
    public const string OriginalName = "before unlearning", ControlName = "never saw it", ExactName = "exact deletion", WithoutName = "store without them";

    // Of the control's mean probability, and of the share that it answers: as good as equal.
    private const double CloseProbability = 0.02, CloseAnswers = 0.05;

    /// <summary>All controls, the audit's own one first.</summary>
    public IReadOnlyList<AuditSubject> Controls => [.. Audited.Select(subject => subject.Control).Prepend(Control).OfType<AuditSubject>().Distinct()];

    /// <summary>All models, the audited ones last.</summary>
    public IReadOnlyList<AuditSubject> All => [.. new[] { Original }.OfType<AuditSubject>(), .. Controls, .. Audited];

    /// <summary>What an audited model is compared with.</summary>
    public AuditSubject? ControlOf(AuditSubject subject) => subject.Control ?? Control;

    /// <summary>The models that a recipe names.</summary>
    public static AuditModels Given(AuditRecipe recipe, JobContext context, TorchContext torch)
    {
        if (recipe.Owners is AuditStoreSection owners)
        {
            return OfStore(owners, context, torch);
        }

        string source = recipe.Model.Name;
        if (recipe.Model.Adapter is string adapter)
        {
            source = Path.Combine(context.Run.Artifacts, "merged");
            using LanguageModel model = LanguageModel.Load(recipe.Model.Name, torch, LoadMode.Mapped);
            using LoraAdapter loaded = LoraAdapter.Load(model.Model, adapter);
            using LoraAdapters adapters = new(model.Model);
            adapters.Activate(loaded);
            adapters.SaveMerged(source, torch.ComputeType);
            model.Tokenizer.Save(source);
        }

        return new AuditModels(
            recipe.Original is string original ? new AuditSubject(OriginalName, original) : null,
            recipe.Reference is string reference && !recipe.HasLog ? new AuditSubject(ControlName, reference) : null,
            [new AuditSubject("audited model", source)]);
    }

    /// <summary>Models that learn what is to be forgotten and what is to stay, and unlearn the first of it.</summary>
    public static AuditModels Made(AuditRecipe recipe, AuditMaterial material, AuditStages stages, JobContext context, TorchContext torch)
    {
        AuditMethodSection method = recipe.Method;
        LessonModels lessons = new(recipe.Model.Name, method.Lora, torch, context.Stop);
        string Folder(string name) => Path.Combine(context.Run.Artifacts, "models", name.Replace(' ', '-'));
        Action<TrainProgress> Progress(string what) => progress => context.Log.Progress(new JobProgress(what, progress.Step, progress.Steps, "steps",
            progress.Left));

        AuditSubject Learnt(string name, IReadOnlyList<Data.TextExample> examples)
        {
            return stages.Prepare($"learn-{name}", $"Learning: {name}.", () =>
            {
                lessons.Learn(Folder(name), examples, method.Learn, Progress("learning"));
                return new AuditSubject(name, Folder(name));
            });
        }

        ForgetLesson lesson = material.Lesson;
        QuestionExam exam = new(material.Questions.Forget, recipe.Data.Form, recipe.Method.Benign.MaxNewTokens);
        (double Probability, double Answered) Known(LanguageModel model)
        {
            IReadOnlyDictionary<string, IReadOnlyList<double>> found = exam.Ask(model);
            return (found[RelearnMetrics.Probability].Average(), found[RelearnMetrics.Success].Average());
        }

        AuditSubject original = Learnt(OriginalName, [.. lesson.Forget, .. lesson.Retain]), control = Learnt(ControlName, lesson.Retain);
        (double Probability, double Answered) level = method.Approximate.Count == 0 ? default : Asked(control);
        bool Forgotten(LanguageModel model)
        {
            (double probability, double answered) = Known(model);
            return probability <= level.Probability + CloseProbability && answered <= level.Answered + CloseAnswers;
        }

        List<AuditSubject> audited = [];
        foreach (AuditArm arm in method.Approximate)
        {
            audited.Add(stages.Prepare($"unlearn-{arm.Shown}", $"Unlearning by {arm.Shown}.", () =>
            {
                int steps = lessons.Unlearn(Folder(arm.Shown), original.Source, lesson, arm.Objective, arm.Train, Forgotten,
                    Progress("unlearning"));
                return new AuditSubject(arm.Shown, Folder(arm.Shown)) { Steps = steps };
            }));
        }

        audited.AddRange(method.Weightless.Select(options => new AuditSubject(RecipeChoices.NameOf(options), original.Source) { Weightless = options }));
        if (method.Exact == true)
        {
            IReadOnlyList<Data.TextExample>[] owners = [.. lesson.Leaving, .. lesson.Staying];
            audited.Add(stages.Prepare("exact", "Owners learn by SIFT-Masks, and some leave.", () =>
            {
                bool equal = lessons.LearnAndDelete(Folder(ExactName), Folder(WithoutName), owners, lesson.Leaving.Count,
                    method.Tuning, done => context.Log.Progress(new JobProgress("tuning", done, owners.Length, "owners", TimeSpan.Zero)));
                return new AuditSubject(ExactName, Folder(ExactName)) { Exact = equal, Control = new AuditSubject(WithoutName, Folder(WithoutName)) };
            }));
        }

        return new AuditModels(original, control, audited);

        (double Probability, double Answered) Asked(AuditSubject subject)
        {
            using LanguageModel model = LanguageModel.Load(subject.Source, torch, LoadMode.Mapped);
            return Known(model);
        }
    }

    private static AuditModels OfStore(AuditStoreSection owners, JobContext context, TorchContext torch)
    {
        using OwnerStore store = OwnerStore.OpenToRead(owners.Store);
        if (owners.Receipt is string file)
        {
            (DeletionReceipt receipt, IReadOnlyList<(bool? Holds, string What)> checks) = ReceiptCheck.Run(file, store);
            foreach ((bool? holds, string what) in checks)
            {
                context.Log.Say($"{holds switch { true => "holds", false => "DOES NOT HOLD", _ => "cannot be checked" }}: {what}");
            }

            if (checks.Any(check => check.Holds == false))
            {
                throw new PalimpsestException($"{file}: the receipt of \"{receipt.Owner}\" does not hold, so there is no deletion to be audited. "
                    + "Look at it with 'palimpsest owners receipt'.");
            }
        }

        string folder = Path.Combine(context.Run.Artifacts, "models", "served");
        using OwnerReplay replay = new(store, torch);
        OwnerModel served = new(store, replay);
        served.Switch(null);
        served.Model.Save(folder);
        return new AuditModels(null, new AuditSubject(ControlName, store.Model), [new AuditSubject("served to former owners", folder) { Exact = true }]);
    }
}
