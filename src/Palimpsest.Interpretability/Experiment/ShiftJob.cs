using System.Globalization;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Data.Worlds;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.Shift;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Interpretability.Ssae.Tilting;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;
using Palimpsest.Torch;
using Palimpsest.Training;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>A classifier of professions has learnt from texts in which these go with a gender. Which latents does it owe that to, and what does it do without
/// them?</summary>
public sealed class ShiftJob : Job<ShiftRecipe, ShiftResult>
{
    private const string Gsae = "gsae", General = "general", Special = "ssae";
    private const int Narrow = 8;

    /// <inheritdoc/>
    public override string Kind => "shift";

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(ShiftRecipe recipe) => [("model", EmbeddedModels.Resolve(recipe?.Model.Name ?? ""))];

    /// <inheritdoc/>
    protected override int? Threads(ShiftRecipe recipe) => recipe?.Model.Threads;

    /// <inheritdoc/>
    protected override bool Run(ShiftRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(context);
        TorchContext torch = recipe.Model.Context(recipe.Seed);
        ShiftTexts train = ShiftTexts.Of(recipe.Seed, recipe.Data.Train, 1, heldOut: false),
            label = ShiftTexts.Of(recipe.Seed + 1, recipe.Data.Label, 0, heldOut: false);
        ShiftTexts domain = ShiftTexts.Of(recipe.Seed + 2, recipe.Data.Domain, 0, heldOut: false),
            test = ShiftTexts.Of(recipe.Seed + 3, recipe.Data.Test, 0, heldOut: true);
        ListSource learnt = new("biographies", [.. Biographies.Of(World.V1, recipe.Seed + 4, 4000, 0, [.. Biographies.Professions])
            .Select(person => new TextExample("", person.Text))]);
        if (ModelLearning.Learn(recipe.Model.Name, learnt, recipe.Data.LearnSteps, torch, context) is not string folder)
        {
            return false;
        }

        using LanguageModel model = LanguageModel.Load(folder, torch, LoadMode.Mapped);
        IReadOnlyList<int> special = TokenDocuments.Special(model.Tokenizer);
        PooledStates states = new(model.Model, recipe.Method.ProbeHook, special);
        IReadOnlyList<int[]> Cut(IEnumerable<string> texts) => [.. texts.Select(text => TokenDocuments.Of(model.Tokenizer, text))];
        Data data = new(Cut(train.Texts), train, Cut(label.Texts), label, Cut(test.Texts), test);
        float[][] trained = states.Of(data.Train), tested = states.Of(data.Test);
        LinearProbe probe = LinearProbe.Train(trained, train.Wanted);
        GroupScores Score(LinearProbe one, float[][] rows) => GroupScores.Of([.. rows.Select(one.Says)], test.Wanted, test.Spurious);
        List<ShiftArmResult> results = [new("original", 0, Score(probe, tested), null)];

        // The best that the states allow: a classifier that learnt from balanced texts.
        LinearProbe balanced = LinearProbe.Train(states.Of(data.Label), label.Wanted);
        results.Add(new("oracle", 0, Score(balanced, tested), null));
        float[][] bareTrain = states.Of(Cut(train.WithoutWords())), bareTest = states.Of(Cut(test.WithoutWords()));
        results.Add(new("token-deletion", 0, Score(probe, bareTest), Score(LinearProbe.Train(bareTrain, train.Wanted), bareTest)));

        CheckByHand(recipe, model, data.Train[0]);
        SaeStore store = new(Path.Combine(context.Run.Artifacts, "saes"));
        if (!TrainAll(recipe, context, model, special, Cut(SaeJob.Texts(null).Take(recipe.Data.General)), Cut(domain.Texts), store, folder))
        {
            return false;
        }

        int[] most = [.. new[] { Gsae, General, Special, Tilted(recipe) }.Select(arm =>
        {
            List<(string Hook, SparseAutoencoder Sae)> saes = [.. recipe.Method.Hooks.Select(hook => (hook, store.Load($"{hook}-{arm}")))];
            int taken = 0, shown = Math.Min(recipe.Method.Attributed, data.Train.Count);
            IReadOnlyDictionary<string, IReadOnlyList<int>> byHand = recipe.Method.ByHand;
            LatentChoice? choice = byHand.Count > 0 ? null : LatentChoice.Of(model.Model, states, probe, saes,
                ([.. data.Train.Take(shown)], [.. train.Wanted.Take(shown)]), data.Label, special);
            foreach (int share in new[] { 1, Narrow })
            {
                IReadOnlyList<(string, SparseAutoencoder, IReadOnlyList<int>)> chosen =
                    choice?.Choose(label.Wanted, label.Spurious, recipe.Method.Candidates, recipe.Method.Margin, share)
                        ?? [.. saes.Select(one => (one.Hook, one.Sae, byHand.GetValueOrDefault(one.Hook) ?? []))];
                int count = chosen.Sum(one => one.Item3.Count);
                results.Add(Ablated(share == 1 ? arm : $"{arm}/{Narrow}", chosen));
                context.Log.Say(string.Create(CultureInfo.InvariantCulture,
                    $"{results[^1].Name}: {count} latents off, worst group {100 * results[^1].Plain!.Worst:F1}%, after retraining ")
                    + string.Create(CultureInfo.InvariantCulture, $"{100 * results[^1].Retrained!.Worst:F1}%."));
                taken = share == 1 ? count : taken;
            }

            if (arm == Special)
            {
                RandomStream random = new(recipe.Seed, "shift", "random");
                results.Add(Ablated("random", [.. saes.Select(one => (one.Hook, one.Sae, (IReadOnlyList<int>)
                    [.. Enumerable.Range(0, Math.Max(1, taken / saes.Count)).Select(_ => random.NextInt(one.Sae.Config.DSae)).Distinct()]))]));
            }

            saes.ForEach(one => one.Sae.Dispose());
            return taken;
        })];
        results.Add(Neurons(recipe, model, states, data, special, most.Max(), probe, Score));
        context.Run.WriteResult(new ShiftResult { Arms = results });
        return true;

        ShiftArmResult Ablated(string name, IReadOnlyList<(string, SparseAutoencoder, IReadOnlyList<int>)> chosen)
        {
            using Ablation off = new(model.Model, chosen);
            float[][] rows = states.Of(data.Test);
            return new(name, chosen.Sum(one => one.Item3.Count), Score(probe, rows), Score(LinearProbe.Train(states.Of(data.Train), train.Wanted), rows));
        }
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(ShiftRecipe recipe, ShiftResult result)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            .. result.Arms.SelectMany(arm => new[] { ("", arm.Plain), ("+retrain", arm.Retrained) }.Where(form => form.Item2 is not null)
            .SelectMany(form => new[]
            {
                ("wanted", form.Item2!.Wanted), ("spurious", form.Item2.Spurious), ("worst_group", form.Item2.Worst), ("latents", (double)arm.Latents),
            }.Select(figure => new ClaimResult(arm.Name + form.Item1, figure.Item1, recipe.Seed, figure.Item2)))),
        ];
    }

    /// <inheritdoc/>
    protected override Report Report(ShiftRecipe recipe, ShiftResult result, string folder) => ShiftReport.Of(recipe, result);

    private sealed record Data(IReadOnlyList<int[]> Train, ShiftTexts TrainTexts, IReadOnlyList<int[]> Label, ShiftTexts LabelTexts, IReadOnlyList<int[]> Test,
        ShiftTexts TestTexts);

    private static string Tilted(ShiftRecipe recipe) => $"{Special}+{TiltRegistry.NameOf(recipe.Method.Tilt)}";

    // Before anything is trained.
    private static void CheckByHand(ShiftRecipe recipe, LanguageModel model, int[] document)
    {
        foreach ((string hook, IReadOnlyList<int> latents) in recipe.Method.ByHand)
        {
            int count = (int)(new ActivationReader(model.Model, hook).Read([document]).Width * recipe.Method.Expansion);
            foreach (int latent in latents.Where(latent => latent < 0 || latent >= count))
            {
                throw new PalimpsestException($"method.by_hand: {hook} has no latent {latent}; they are numbered from 0 to {count - 1}. Take their "
                    + "numbers from a page of palimpsest sae features.");
            }
        }
    }

    private static bool TrainAll(ShiftRecipe recipe, JobContext context, LanguageModel model, IReadOnlyList<int> special, IReadOnlyList<int[]> general,
        IReadOnlyList<int[]> domain,
        SaeStore store, string name)
    {
        RandomStream random = new(recipe.Seed, "shift");
        int longest = model.Model.Config.ContextLength;
        foreach (string hook in recipe.Method.Hooks)
        {
            ActivationReader reader = new(model.Model, hook, leftOut: special);
            ActivationBatch? all = null, own = null;
            ActivationBatch AllRows() => all ??= reader.Read([.. general.Select(ids => ids[..Math.Min(ids.Length, longest)])]);
            ActivationBatch OwnRows() => own ??= reader.Read(domain);
            foreach ((string arm, TiltOptions? tilt) in new[] { (Gsae, (TiltOptions?)null), (General, null), (Special, null),
                (Tilted(recipe), recipe.Method.Tilt) })
            {
                string kept = $"{hook}-{arm}";
                if (store.Has(kept))
                {
                    continue;
                }

                (SparseAutoencoder sae, double scale) = arm == Gsae ? Fresh(recipe, hook, name, AllRows(), random) : store.LoadTraining($"{hook}-{Gsae}");
                using SparseAutoencoder _ = sae;
                using SaeObjective objective = new(sae, tilt, scale, 200);
                TrainOptions options = arm == Gsae ? recipe.Train : recipe.Finetune;
                IBatchSource<ActivationBatch> batches = new HeldActivations(arm is Gsae or General ? AllRows() : OwnRows(), options.BatchSize,
                    random.Child("rows", kept));
                using Trainer<ActivationBatch> trainer = SaeTraining.Of(sae, objective, options, batches, random.Child("train", kept));
                IReadOnlyDictionary<string, double> last = new Dictionary<string, double>();
                if (!trainer.Run(progress =>
                {
                    last = progress.Figures;
                    context.Log.Progress(new JobProgress(kept, progress.Step, progress.Steps, string.Create(CultureInfo.InvariantCulture,
                        $"loss {progress.Loss:F2}, {last["l0"]:F1} latents"), progress.Left));
                }, stop: context.Stop))
                {
                    return false;
                }

                store.Save(kept, sae, scale, last);
            }
        }

        return true;
    }

    private static (SparseAutoencoder Sae, double Scale) Fresh(ShiftRecipe recipe, string hook, string model, ActivationBatch rows, RandomStream random) =>
        (SaeArchitectures.Create(new SaeConfig
        {
            Options = recipe.Method.Architecture,
            DIn = rows.Width,
            DSae = (int)(rows.Width * recipe.Method.Expansion),
            NormalizeActivations = SaeNormalization.ExpectedAverageOnlyIn,
            IsTraining = true,
            Metadata = new() { ["model_name"] = model, ["hook_name"] = hook },
        }, random.Child("init", hook).DeriveSeed()), SaeTraining.ScaleOf(rows));

    // The numbers of the residual stream that speak most for the gender, set to their means: a skyline that is told the gender.
    private static ShiftArmResult Neurons(ShiftRecipe recipe, LanguageModel model, PooledStates states, Data data, IReadOnlyList<int> special, int count,
        LinearProbe probe,
        Func<LinearProbe, float[][], GroupScores> score)
    {
        LinearProbe gender = LinearProbe.Train(states.Of(data.Label), data.LabelTexts.Spurious);
        int shown = Math.Min(recipe.Method.Attributed, data.Label.Count);
        List<(string Hook, int Neuron, float Effect)> effects = [];
        Dictionary<string, float[]> means = [];
        foreach (string hook in recipe.Method.Hooks)
        {
            means[hook] = StateVectors.Mean(StateVectors.Means(new ActivationReader(model.Model, hook, leftOut: special), data.Train));
            effects.AddRange(Attribution.OfNeurons(model.Model, states, gender, hook, means[hook], [.. data.Label.Take(shown)],
                [.. data.LabelTexts.Spurious.Take(shown)])
                .Select((effect, i) => (hook, i, effect)));
        }

        (string Hook, int Neuron)[] chosen = [.. effects.OrderByDescending(one => one.Effect).Take(Math.Max(1, count)).Select(one => (one.Hook, one.Neuron))];
        using NeuronAblation off = new(model.Model, [.. chosen.GroupBy(one => one.Hook).Select(group =>
            (group.Key, (IReadOnlyList<int>)[.. group.Select(one => one.Neuron)], means[group.Key]))]);
        float[][] rows = states.Of(data.Test);
        return new ShiftArmResult("neuron-skyline", chosen.Length, score(probe, rows), score(LinearProbe.Train(states.Of(data.Train), data.TrainTexts.Wanted),
            rows));
    }
}
