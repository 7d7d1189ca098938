using Palimpsest.Cascades.Recordings;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Cascades.Experiment;

/// <summary>Asks models of several sizes, or replays what was recorded, and compares cascades by agreement with everything else that decides who
/// answers.</summary>
public sealed class CascadeJob : Job<CascadeRecipe, CascadeResult>
{
    private const int WorldTest = 5000;

    /// <inheritdoc/>
    public override string Kind => "cascade";

    /// <summary>The file of the recorded answers in a run's folder.</summary>
    public static string RecordingOf(string folder) => Path.Combine(folder, "artifacts", "recording.jsonl");

    /// <inheritdoc/>
    protected override CascadeRecipe Complete(CascadeRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Data.File is not null)
        {
            return recipe;
        }

        string large = Path.GetFileName(Path.TrimEndingDirectorySeparator(recipe.Model.Name));
        return recipe with
        {
            Data = recipe.Data with { Test = recipe.Data.Test ?? WorldTest },
            Method = recipe.Method with
            {
                Tiers = recipe.Method.Tiers.Count > 0 ? recipe.Method.Tiers : WorldRecording.Tiers(large),
                Samples = recipe.Method.Samples.Count > 0 ? recipe.Method.Samples : WorldRecording.SampleNames,
            },
        };
    }

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(CascadeRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        yield return recipe.Data.File is string file ? ("answers", file) : ("model", EmbeddedModels.Resolve(recipe.Model.Name));
        if (recipe.Method.Encoder is string encoder)
        {
            yield return ("encoder", encoder);
        }
    }

    /// <inheritdoc/>
    protected override int? Threads(CascadeRecipe recipe) => recipe?.Data.File is null || recipe.Method.Encoder is not null ? recipe!.Model.Threads : null;

    /// <inheritdoc/>
    protected override bool Run(CascadeRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(context);
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

        using SentenceEncoder? encoder = recipe.Method.Encoder is string folder
            ? SentenceEncoder.Load(folder, recipe.Model.Context(recipe.Seed), LoadMode.Mapped) : null;
        context.Run.WriteResult(new CascadeStudy(recipe, recording, encoder is null ? null : texts => encoder.Embed(texts)).Run(context.Log.Say));
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(CascadeRecipe recipe, CascadeResult result) => CascadeFigures.Of(recipe, result);

    /// <inheritdoc/>
    protected override Report Report(CascadeRecipe recipe, CascadeResult result, string folder) => CascadeReport.Of(recipe, result);

    // Answers that were given before the run was interrupted are not asked for again.
    private static Recording? Answers(CascadeRecipe recipe, JobContext context)
    {
        string kept = RecordingOf(context.Run.Path);
        if (recipe.Data.File is string file)
        {
            return RecordingFile.Read(file);
        }

        if (!File.Exists(kept))
        {
            if (new WorldRecording(recipe, context).Make() is not Recording made)
            {
                return null;
            }

            Directory.CreateDirectory(context.Run.Artifacts);
            RecordingFile.Write(kept, made);
        }

        return RecordingFile.Read(kept) with { Name = "blotted biographies of the embedded world" };
    }
}
