using System.Diagnostics;
using System.Globalization;
using Palimpsest.Data;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;

namespace Palimpsest.Jobs.Evaluate;

/// <summary>Measures a model as it is.</summary>
public sealed class EvaluateJob : Job<EvaluateRecipe, EvaluateResult>
{
    // Whether the model has seen the file before, nobody here knows.
    private const string Asked = "examples";

    /// <inheritdoc/>
    public override string Kind => "evaluate";

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(EvaluateRecipe recipe)
    {
        yield return ("model", EmbeddedModels.Resolve(recipe.Model.Name));
        if (recipe.Model.Adapter is string adapter)
        {
            yield return ("adapter", adapter);
        }

        if (recipe.Data.File is string file)
        {
            yield return ("data", file);
        }

        foreach (EvaluationSetSection set in recipe.Evaluate.Sets)
        {
            yield return ($"set_{set.Name}", set.File);
        }
    }

    /// <inheritdoc/>
    protected override int? Threads(EvaluateRecipe recipe) => recipe.Model.Threads;

    /// <inheritdoc/>
    protected override bool Run(EvaluateRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (recipe.Data is { SkipBad: true, File: string file })
        {
            BadLines.Say(recipe.Data.Columns.Open(file, skipBad: true), context.Log);
        }

        using LanguageModel model = recipe.Model.Load(recipe.Seed);
        EvaluationData data = Data(recipe, model.Model.Config.Labels);

        foreach (string note in model.Notes)
        {
            context.Log.Say(note);
        }

        context.Log.Say(string.Create(CultureInfo.InvariantCulture,
            $"Model {recipe.Model.Shown}: {model.Model.Parameters.Layout.Count:N0} parameters, {recipe.Model.Dtype}, "
                + $"{model.Model.Context.Threads} threads. Data: {data.Subject}."));
        long clock = Stopwatch.GetTimestamp();
        IReadOnlyList<Measurement> measured = data.Suite.Measure(model);
        bool shown = recipe.Evaluate.ShowSamples ?? recipe.Data.File is null;
        IEnumerable<JobSample> samples = data.Suite.Samples(model).Select(sample => new JobSample(sample.Prompt, sample.Expected, [sample.Made]));
        if (model.Boundaries.Sentence is string apart)
        {
            context.Log.Say(apart);
        }

        context.Run.WriteResult(new EvaluateResult
        {
            Subject = data.Subject,
            Parameters = model.Model.Parameters.Layout.Count,
            Measurements = measured,
            Samples = [.. samples.Select(sample => shown ? sample : sample.Redacted())],
            Seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds,
        });
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(EvaluateRecipe recipe, EvaluateResult result)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return [.. result.Measurements.Select(m => m.ToResult("model", recipe.Seed))];
    }

    /// <inheritdoc/>
    protected override Report Report(EvaluateRecipe recipe, EvaluateResult result, string folder)
    {
        RandomStream random = new(recipe.Seed, "report", "intervals");
        (Measurement Measured, Interval Interval)[] rows = [.. result.Measurements.Select(m => (m, m.Interval(random.Child(m.Metric))))];
        ReportShares shares = new(
            "Share of questions answered rightly, with 95% bootstrap intervals over the items", ["model"],
            [.. rows.Where(row => row.Measured.Unit == MeasurementUnit.Share).Select(row => new ReportSharesRow(row.Measured.Label, [row.Interval], row.Measured.Chance))]);
        ReportTable table = new(
            ["figure", "items", "value [95% interval]"],
            [.. rows.Select(row => (IReadOnlyList<string>)[row.Measured.Label, row.Measured.Numerators.Count.ToString("N0", CultureInfo.InvariantCulture), JobText.WithInterval(row.Measured, row.Interval)])]);
        return new Report
        {
            Title = $"{recipe.Model.Shown}, evaluated",
            Lead = string.Create(CultureInfo.InvariantCulture, $"{result.Parameters:N0} parameters, asked about {result.Subject} in {JobText.Seconds(result.Seconds)}."),
            Figures = [.. rows.Select(row => new ReportFigure(row.Measured.Label, row.Measured.Show(row.Interval.Estimate), $"[{row.Measured.Show(row.Interval.Lower)}, {row.Measured.Show(row.Interval.Upper)}]"))],
            Sections =
            [
                new ReportSection("What the model knows", shares.Rows.Count > 0 ? [shares, table] : [table]),
                .. result.Samples.Count > 0
                    ? [new ReportSection("Samples", [new ReportSamples(["expected", "model"], [.. result.Samples.Select(sample => new ReportSample(sample.Prompt, [sample.Expected, .. sample.Made]))])])]
                    : Array.Empty<ReportSection>(),
            ],
        };
    }

    private static EvaluationData Data(EvaluateRecipe recipe, IReadOnlyList<string> labels)
    {
        if (recipe.Data.File is not string file)
        {
            if (labels.Count > 0)
            {
                throw new PalimpsestException($"{recipe.Model.Name}: is a classifier ({string.Join(", ", labels)}) and knows nothing of the embedded "
                    + "world. Name a file of texts and classes in data.file.");
            }

            return EvaluationData.OfOwner(recipe.Data.Owner ?? EvaluationData.OwnerOf(recipe.Seed), recipe.Data.Facts, recipe.Evaluate);
        }

        IEnumerable<TextExample> all = recipe.Data.Columns.Open(file, recipe.Data.SkipBad).From(0).Select(item => item.Example);
        TextExample[] examples = [.. recipe.Data.Most > 0 ? all.Take(recipe.Data.Most) : all];
        return labels.Count > 0 && examples.Length > 0 ? EvaluationData.OfClassification(Path.GetFileName(file), examples, [], Asked)
            : examples.Length > 0
            ? EvaluationData.OfExamples(Path.GetFileName(file), examples, recipe.Evaluate, [], Asked)
            : throw new PalimpsestException($"{file}: there is no example in it. Each line must hold \"text\", or \"prompt\" and \"completion\".");
    }

    private static EvaluateResult Result(string folder) => RunFolder.ResultOf<EvaluateResult>(folder);
}
