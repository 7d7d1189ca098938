using Palimpsest.Cascades.Predictors;
using Palimpsest.Cascades.Recordings;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Asks models of several sizes, or replays what was recorded, and compares cascades by agreement with everything else that decides who
/// answers.</summary>
public sealed class CascadeJob : Job<CascadeRecipe, CascadeResult>
{
    private const int LiveTest = 5000, FactTest = 1000;

    /// <inheritdoc/>
    public override string Kind => "cascade";

    /// <summary>The file of the recorded answers in a run's folder.</summary>
    public static string RecordingOf(string folder) => Path.Combine(folder, "artifacts", "recording.jsonl");

    /// <inheritdoc/>
    protected override CascadeRecipe Complete(CascadeRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Data.IsRecorded)
        {
            return recipe with { Data = recipe.Data with { Task = CascadeTask.Recorded } };
        }

        bool isFacts = recipe.Data.Task == CascadeTask.Facts;
        return recipe with
        {
            Train = isFacts && recipe.Train == new CascadeTrainSection() ? CascadeTrainSection.OfFacts : recipe.Train,
            Data = recipe.Data with { Task = recipe.Data.Task ?? CascadeTask.Biographies, Test = recipe.Data.Test ?? (isFacts ? FactTest : LiveTest) },
            Method = recipe.Method with
            {
                Tiers = recipe.Method.Tiers.Count > 0 ? recipe.Method.Tiers
                    : isFacts ? FactRecording.Tiers(recipe.Model.ShortName) : ClassifierRecording.Tiers(recipe.Model.ShortName),
                Samples = recipe.Method.Samples.Count > 0 ? recipe.Method.Samples : isFacts ? FactRecording.SampleNames : ClassifierRecording.SampleNames,
            },
        };
    }

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(CascadeRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Data.File is string file)
        {
            yield return (recipe.Data.IsRecorded ? "answers" : "texts", file);
        }

        if (!recipe.Data.IsRecorded)
        {
            yield return ("model", EmbeddedModels.Resolve(recipe.Model.Name));
        }

        (string Name, string? Path)[] further = [("encoder", recipe.Method.Encoder), ("prices", recipe.Costs.Table), ("published", recipe.Evaluate.Published)];
        foreach ((string name, string? path) in further.Where(input => input.Path is not null))
        {
            yield return (name, path!);
        }
    }

    /// <inheritdoc/>
    protected override int? Threads(CascadeRecipe recipe) => recipe is { Data.IsRecorded: true, Method.Encoder: null } ? null : recipe!.Model.Threads;

    /// <inheritdoc/>
    protected override bool Run(CascadeRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(context);
        CascadeFiles files = CascadeFiles.Of(recipe);
        using AnswerVectors? vectors = recipe.Method.Encoder is string folder ? AnswerVectors.Load(folder, recipe.Model.Context(recipe.Seed)) : null;
        if (Answers(recipe, context) is not Recording recording)
        {
            return false;
        }

        context.Log.Say($"{recording.Items.Count:N0} questions with the answers of {recording.Systems.Count} systems.");
        if (recording.Contradictions is > 0 and int contradictions)
        {
            context.Log.Say($"{contradictions:N0} of them hold an answer that is judged right for one system and wrong for another; the first one's "
                + "judgement counts.");
        }

        context.Run.WriteResult(new CascadeStudy(recipe, recording, files, vectors is null ? null : vectors.Of).Run(context.Log.Say));
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(CascadeRecipe recipe, CascadeResult result) => CascadeFigures.Of(recipe, result);

    /// <inheritdoc/>
    protected override Report Report(CascadeRecipe recipe, CascadeResult result, string folder) => CascadeReport.Of(recipe, result);

    // Answers that were given before the run was interrupted are not asked for again.
    private static Recording? Answers(CascadeRecipe recipe, JobContext context)
    {
        if (recipe.Data.IsRecorded)
        {
            return RecordingFile.Read(recipe.Data.File!);
        }

        string file = RecordingOf(context.Run.Path);
        LiveRecording live = LiveRecording.Of(recipe, context);
        if (!File.Exists(file))
        {
            KeptAnswers kept = new(Path.Combine(context.Run.Artifacts, "answers"));
            if (live.Make(kept) is not Recording made)
            {
                return null;
            }

            RecordingFile.Write(file, made);
            kept.Clear();
            Directory.Delete(context.Run.Checkpoints, recursive: true); // of models whose answers are there
        }

        return RecordingFile.Read(file) with { Name = live.Subject };
    }
}
