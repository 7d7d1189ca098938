using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.SparseAutoencoders.Metrics;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Interpretability.Ssae.Tilting;
using Palimpsest.Jobs;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;
using Palimpsest.Torch;
using Palimpsest.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Counts the directions that a general autoencoder, its continuation on general data and specialised ones find again.</summary>
public sealed class PlantedJob : Job<PlantedRecipe, PlantedResult>
{
    private const string Gsae = "gsae", General = "general", Oracle = "oracle", Dense = "dense";
    private const double Near = 0.9, Tells = 0.7;

    /// <inheritdoc/>
    public override string Kind => "planted";

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(PlantedRecipe recipe) => [];

    /// <inheritdoc/>
    protected override int? Threads(PlantedRecipe recipe) => recipe?.Threads;

    /// <inheritdoc/>
    protected override bool Run(PlantedRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(context);
        RandomStream random = new(recipe.Seed, "planted", "job");
        PlantedDocuments documents = new(recipe.Data, recipe.Seed);
        ActivationBatch corpus = ActivationBatch.Join([.. Enumerable.Range(0, recipe.Data.Documents).Select(documents.Document)]);
        ActivationBatch seeds = documents.Apart(1, recipe.Data.Seeds * recipe.Data.Rows, domain: true);
        IReadOnlyList<int> found = Retrieve(recipe, corpus, seeds);
        int[] oracle = [.. Enumerable.Range(0, recipe.Data.Documents).Where(documents.IsDomain).Take(recipe.Method.Retrieve)];
        context.Log.Say(string.Create(CultureInfo.InvariantCulture,
            $"{recipe.Data.Documents:N0} documents, {oracle.Length} or more of the domain; {found.Count(documents.IsDomain)} of the {found.Count} retrieved "
                + $"belong to it."));

        double scale = SaeTraining.ScaleOf(documents.Apart(2, 4096, domain: false));
        using SparseAutoencoder gsae = SaeArchitectures.Create(new SaeConfig
        {
            Options = recipe.Method.Architecture,
            DIn = recipe.Data.Width,
            DSae = recipe.Method.Latents,
            NormalizeActivations = SaeNormalization.ExpectedAverageOnlyIn,
            IsTraining = true,
        }, random.Child("init").DeriveSeed());
        List<PlantedArmResult> results = [];
        if (!Train(Gsae, gsae, null, recipe.Train, corpus))
        {
            return false;
        }

        results.Add(Measure(Gsae, gsae));
        (string Name, TiltOptions? Tilt, ActivationBatch Rows)[] arms =
        [
            (General, null, corpus), ("seed", null, seeds), (Dense, null, Rows(found)), (Oracle, null, Rows(oracle)),
            .. recipe.Method.Tilts.Select(tilt => ($"{Dense}+{Label(tilt)}", (TiltOptions?)tilt, Rows(found))),
        ];
        foreach ((string name, TiltOptions? tilt, ActivationBatch rows) in arms)
        {
            using SparseAutoencoder sae = SaeFolding.Copy(gsae, gsae.Config);
            if (!Train(name, sae, tilt, recipe.Finetune, rows))
            {
                return false;
            }

            results.Add(Measure(name, sae));
            context.Log.Say(string.Create(CultureInfo.InvariantCulture,
                $"{name}: {100 * results[^1].Domain:F1}% of the domain's directions, {100 * results[^1].General:F1}% of the general ones."));
        }

        context.Run.WriteResult(new PlantedResult { Arms = results, OfDomain = found.Count(documents.IsDomain) / (double)found.Count });
        return true;

        ActivationBatch Rows(IReadOnlyList<int> chosen) => ActivationBatch.Join([.. chosen.Select(documents.Document),
            seeds with { Documents = [.. seeds.Documents.Select((_, i) =>
            recipe.Data.Documents + (i / recipe.Data.Rows))] }]);

        bool Train(string name, SparseAutoencoder sae, TiltOptions? tilt, TrainOptions options, ActivationBatch rows)
        {
            using SaeObjective objective = new(sae, tilt, scale, recipe.Method.DeadWindow);
            IBatchSource<ActivationBatch> batches = new HeldActivations(rows, options.BatchSize, random.Child("rows", name));
            using Trainer<ActivationBatch> trainer = SaeTraining.Of(sae, objective, options, batches, random.Child("train", name));
            return trainer.Run(progress => context.Log.Progress(new JobProgress(name, progress.Step, progress.Steps, string.Create(CultureInfo.InvariantCulture,
                $"loss {progress.Loss:F3}, {progress.Figures["l0"]:F1} latents"), progress.Left)), stop: context.Stop);
        }

        PlantedArmResult Measure(string name, SparseAutoencoder sae) => Found(name, sae, scale, documents, recipe.Data);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(PlantedRecipe recipe, PlantedResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            .. result.Arms.SelectMany(arm => new (string Metric, double Value)[]
            {
                ("general_recovered", arm.General), ("domain_recovered", arm.Domain), ("rarest_recovered", arm.Rarest), ("l0", arm.L0),
                ("explained_variance", arm.ExplainedVariance), ("worst_error", arm.WorstError),
            }.Select(figure => new ClaimResult(arm.Name, figure.Metric, recipe.Seed, figure.Value))),
        ];
    }

    /// <inheritdoc/>
    protected override Report Report(PlantedRecipe recipe, PlantedResult result, string folder)
    {
        ArgumentNullException.ThrowIfNull(result);
        PlantedArmResult gsae = result.Arms.First(arm => arm.Name == Gsae), dense = result.Arms.First(arm => arm.Name == Dense);
        return new Report
        {
            Title = "Planted dictionary",
            Lead = $"{recipe.Data.General} general directions and {recipe.Data.Domain} of a domain, {recipe.Method.Latents} latents.",
            Figures =
            [
                new ReportFigure("the domain's directions found", $"{Percent(gsae.Domain)} → {Percent(dense.Domain)}",
                    "general autoencoder → finetuned on retrieved documents"),
                new ReportFigure("general directions found", $"{Percent(gsae.General)} → {Percent(dense.General)}", "the price"),
            ],
            Sections =
            [
                new ReportSection("Arms",
                [
                    new ReportTable(["arm", "general", "domain", "rarest third", "latents a row", "variance of the domain", "worst error"],
                        [.. result.Arms.Select(arm => (IReadOnlyList<string>)[arm.Name, Percent(arm.General), Percent(arm.Domain), Percent(arm.Rarest),
                            Number(arm.L0), Percent(arm.ExplainedVariance),
                            Number(arm.WorstError)])],
                        "A direction is found if a latent has a cosine above 0.9 with it and tells its firing with an F1 above 0.7"),
                ]),
            ],
        };
    }

    private static string Label(TiltOptions tilt) => tilt is EssTiltOptions ess ? string.Create(CultureInfo.InvariantCulture, $"ess{ess.Share:0.##}")
        : TiltRegistry.NameOf(tilt);

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1}%");

    private static string Number(double number) => string.Create(CultureInfo.InvariantCulture, $"{number:G3}");

    // By the mean of a document's absolute rows: a stand-in for a sentence encoder.
    private static IReadOnlyList<int> Retrieve(PlantedRecipe recipe, ActivationBatch corpus, ActivationBatch seeds)
    {
        float[][] Means(ActivationBatch rows) => [.. Enumerable.Range(0, rows.Rows / recipe.Data.Rows).Select(document =>
        {
            // Second moments: rows of both signs would cancel in a mean.
            float[] moments = new float[rows.Width * rows.Width];
            for (int row = document * recipe.Data.Rows; row < (document + 1) * recipe.Data.Rows; row++)
            {
                ReadOnlySpan<float> x = rows.Row(row);
                for (int i = 0; i < x.Length; i++)
                {
                    System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(x, x[i], moments.AsSpan(i * x.Length, x.Length),
                        moments.AsSpan(i * x.Length, x.Length));
                }
            }

            return moments;
        })];
        float[][] documents = Means(corpus), wanted = Means(seeds);
        float[] centre = StateVectors.Mean(documents);
        StateVectors.Centre(documents, centre);
        StateVectors.Centre(wanted, centre);
        return PassageRetrieval.Dense(documents, [StateVectors.Mean(wanted)], recipe.Method.Retrieve);
    }

    private static PlantedArmResult Found(string name, SparseAutoencoder trained, double scale, PlantedDocuments documents, PlantedDataSection data)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using SparseAutoencoder sae = SaeFolding.ToInference(trained, scale);
        List<bool[]> fired = [], firedInGeneral = [];
        ActivationBatch domain = documents.Apart(3, data.Test, domain: true, fired), general = documents.Apart(4, data.Test, domain: false, firedInGeneral);
        Tensor x = tensor(domain.Values, [domain.Rows, domain.Width]);
        SaeCode code = sae.Encode(x);
        SaeStatistics statistics = new(domain.Width, sae.Config.DSae);
        statistics.Add(x, sae.Output(code), code.Acts);
        Tensor error = Ops.Subtract(x, sae.Output(code));
        float[] own = TensorBytes.ToArray(code.Acts), others = TensorBytes.ToArray(sae.Encode(tensor(general.Values, [general.Rows, general.Width])).Acts);
        IReadOnlyList<(int Learnt, double Cosine)> nearest =
            new DictionaryMatch(documents.Truth, [.. TensorBytes.ToArray(sae.Decoder).Chunk(domain.Width)]).Nearest();
        bool[] found = [.. nearest.Select((near, j) =>
        {
            (float[] acts, List<bool[]> truth) = j < data.General ? (others, firedInGeneral) : (own, fired);
            return near.Cosine > Near && Detector.BestF1(
                [.. Enumerable.Range(0, truth.Count).Select(row => acts[(row * sae.Config.DSae) + near.Learnt])], [.. truth.Select(row => row[j])]).F1 > Tells;
        })];
        double Share(int from, int count) => found.Skip(from).Take(count).Count(one => one) / (double)count;
        int third = data.Domain / 3;
        SaeFigures figures = statistics.Read();
        return new PlantedArmResult(name, Share(0, data.General), Share(data.General, data.Domain), Share(documents.Directions - third, third), figures.L0,
            figures.ExplainedVariance, Ops.Number(error.mul(error).sum(dim: 1).max()));
    }
}
