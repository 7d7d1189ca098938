using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Palimpsest.Jobs;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Recipes;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Unlearning.Relearning.Experiment;

/// <summary><c>kind: relearn</c>: learns lists of names, unlearns those with the pair to several depths, relearns each on text without it, and does the same to
/// a model that never saw them.</summary>
/// <remarks>Hu et al., Unlearning or Obfuscating?, ICLR 2025, the phrase completion of its synthetic section, on a model that starts from nothing, with the
/// controls that its reviewers missed. The paper's model is Llama-2-7b; this is a qualitative replication.</remarks>
public sealed class RelearnJob : Job<RelearnRecipe, RelearnResult>
{
    private const string NeverSaw = "never-saw";

    /// <inheritdoc/>
    public override string Kind => "relearn";

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(RelearnRecipe recipe) => [];

    /// <inheritdoc/>
    protected override int? Threads(RelearnRecipe recipe) => recipe.Model.Threads;

    /// <inheritdoc/>
    protected override bool Run(RelearnRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        long started = Stopwatch.GetTimestamp();
        Dictionary<int, PhrasePoint> learned = [];
        List<PhraseCell> cells = [];
        long parameters = 0;
        foreach (int repetitions in recipe.Data.Repetitions)
        {
            PhraseData data = new(recipe.Data, repetitions, new RandomStream(recipe.Seed, "phrases"));
            using PhraseModel model = new(recipe, data);
            parameters = model.Count;
            float[] fresh = model.Weights;
            foreach (string arm in recipe.Method.Arms.Where(arm => arm.Repetitions.Count == 0 || arm.Repetitions.Contains(repetitions))
                .Select(arm => RecipeChoices.NameOf(arm.Objective)).Prepend(NeverSaw))
            {
                string file = string.Create(CultureInfo.InvariantCulture, $"{repetitions}-{arm}.json");
                PhrasePart? part = RunFolder.ReadArtifact<PhrasePart>(context.Run.Path, file);
                if (part is null)
                {
                    if (context.Stop.IsCancellationRequested)
                    {
                        return false;
                    }

                    part = Part(recipe, data, model, fresh, arm, repetitions);
                    context.Run.WriteArtifact(file, part);
                }

                if (part.Learned is PhrasePoint point)
                {
                    learned[repetitions] = point;
                }

                cells.AddRange(part.Cells);
                context.Log.Say(string.Create(CultureInfo.InvariantCulture, $"{repetitions} repetitions, {arm}: ")
                    + string.Join("; ", part.Cells.Select(cell => FormattableString.Invariant($"{cell.Arm} {RecipeText(cell.Set)} {cell.Best.Success:F2}")))
                        + ".");
            }
        }

        context.Run.WriteResult(new RelearnResult
        {
            Parameters = parameters,
            Learned = learned,
            Cells = cells,
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
        });
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(RelearnRecipe recipe, RelearnResult result)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(result);
        IEnumerable<ClaimResult> Of(PhraseCell cell)
        {
            ClaimResult Figure(string metric, double value) => new(cell.Arm, metric, recipe.Seed, value)
            {
                At = Place(cell.Repetitions, ("set", RecipeText(cell.Set))),
            };
            PhrasePoint first = cell.Course[0];
            return [Figure("unlearned_success", first.Success), Figure("relearned_success", cell.Best.Success), Figure("steps", cell.Best.Step),
                Figure("target_nats_fall", first.TargetNats - cell.Course.Min(point => point.TargetNats)), Figure("retain_nats", first.RetainNats)];
        }

        return [.. result.Learned.Select(item => new ClaimResult("learned", "learned_success", recipe.Seed, item.Value.Success) { At = Place(item.Key) }),
            .. result.Cells.SelectMany(Of)];
    }

    /// <inheritdoc/>
    protected override Report Report(RelearnRecipe recipe, RelearnResult result, string folder) => RelearnReport.Of(recipe, result);

    /// <summary>A set as recipes write it.</summary>
    private static string RecipeText(PhraseSet set) => JsonNamingPolicy.KebabCaseLower.ConvertName(set.ToString());

    private static PhrasePart Part(RelearnRecipe recipe, PhraseData data, PhraseModel model, float[] fresh, string arm, int repetitions)
    {
        RandomStream random = new(recipe.Seed, "phrases", "training");
        model.Weights = fresh;
        model.Learn(arm == NeverSaw ? data.Retain : [.. data.Forget, .. data.Retain], recipe.Method.LearnSteps, recipe.Method.LearnRate, random.Child("learn"));
        if (arm == NeverSaw)
        {
            return new PhrasePart(null, Relearn(recipe, data, model, arm, repetitions, 0, model.Weights));
        }

        PhrasePoint learned = model.Ask(0);
        PhraseArmSection section = recipe.Method.Arms.First(item => RecipeChoices.NameOf(item.Objective) == arm);
        return new PhrasePart(learned, [.. model.Unlearn(section.Objective, random.Child("unlearn")).Found.SelectMany(found => Relearn(recipe, data, model,
            FormattableString.Invariant($"{arm}-{found.Depth}x"), repetitions, found.Step, found.Weights))]);
    }

    // Every model gets the same treatment, draw for draw.
    private static PhraseCell[] Relearn(RelearnRecipe recipe, PhraseData data, PhraseModel model, string arm, int repetitions, int steps, float[] weights) =>
        [.. recipe.Relearn.Sets.Select(set =>
        {
            model.Weights = weights;
            return new PhraseCell(arm, repetitions, steps, set, model.Learn(data.Relearn(set), recipe.Relearn.Steps, recipe.Relearn.LearningRate,
                new RandomStream(recipe.Seed, "phrases", "relearn", set.ToString()), recipe.Relearn.EvaluateEvery));
        })];

    private static Dictionary<string, string> Place(int repetitions, params (string Key, string Value)[] more)
    {
        Dictionary<string, string> place = new(StringComparer.Ordinal) { ["repetitions"] = repetitions.ToString(CultureInfo.InvariantCulture) };
        foreach ((string key, string value) in more)
        {
            place[key] = value;
        }

        return place;
    }
}

/// <summary>What a finished part of a run found; kept so that an interrupted run goes on behind it.</summary>
internal sealed record PhrasePart(PhrasePoint? Learned, IReadOnlyList<PhraseCell> Cells);
