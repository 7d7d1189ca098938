using System.Diagnostics;
using System.Globalization;
using Palimpsest.Data.Worlds;
using Palimpsest.Interpretability.Activations;
using Palimpsest.Interpretability.SparseAutoencoders;
using Palimpsest.Interpretability.Ssae;
using Palimpsest.Interpretability.Ssae.Tilting;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Runs;
using Palimpsest.Runs.Claims;
using Palimpsest.Runs.Reports;
using Palimpsest.Torch;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>Trains a general autoencoder, specialises it to a domain in several ways, and compares what each of them sees there.</summary>
public sealed class SsaeJob : Job<SsaeRecipe, SsaeResult>
{
    private const int LearnSteps = 400;

    /// <inheritdoc/>
    public override string Kind => "ssae";

    /// <inheritdoc/>
    protected override SsaeRecipe Complete(SsaeRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe with { Data = recipe.Data with { LearnSteps = recipe.Data.LearnSteps ?? (recipe.Data.Corpus is null ? LearnSteps : 0) } };
    }

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Path)> Inputs(SsaeRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return
        [
            ("model", EmbeddedModels.Resolve(recipe.Model.Name)),
            .. new[] { ("corpus", recipe.Data.Corpus), ("seeds", recipe.Data.SeedFile), ("test", recipe.Data.TestFile),
                ("encoder", recipe.Method.Encoder) }
                .Where(item => item.Item2 is not null).Select(item => (item.Item1, item.Item2!)),
        ];
    }

    /// <inheritdoc/>
    protected override int? Threads(SsaeRecipe recipe) => recipe?.Model.Threads;

    /// <inheritdoc/>
    protected override bool Run(SsaeRecipe recipe, JobContext context)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(context);
        TorchContext torch = recipe.Model.Context(recipe.Seed);
        SsaeTexts texts = SsaeTexts.Of(recipe.Data, recipe.Seed);
        if (Learn(recipe, torch, texts, context) is not { } learnt)
        {
            return false;
        }

        (string folder, double? before) = learnt;
        using LanguageModel model = LanguageModel.Load(folder, torch, LoadMode.Mapped);
        int length = recipe.Data.Context == 0 ? model.Model.Config.ContextLength : Math.Min(recipe.Data.Context, model.Model.Config.ContextLength);
        IReadOnlyList<int> special = TokenDocuments.Special(model.Tokenizer);
        ActivationReader reader = new(model.Model, recipe.Method.Hook, leftOut: special);
        IReadOnlyList<int[]> Cut(IReadOnlyList<string> some) => [.. some.Select(text => TokenDocuments.Of(model.Tokenizer, text))
            .Select(ids => ids.Length > length ? ids[..length] : ids)];
        IReadOnlyList<int[]> corpus = Cut(texts.Corpus), seeds = Cut(texts.Seeds);
        SsaeArms arms = new(recipe, texts, corpus, seeds, reader, torch, context.Log.Say);
        EvaluationTexts domain = new(model.Model, reader, Cut(texts.DomainTest), special), general = new(model.Model, reader, Cut(texts.GeneralTest), special);
        context.Log.Say(Say($"The model's perplexity is {Math.Exp(domain.Clean):F2} on the domain and {Math.Exp(general.Clean):F2} on general texts."));

        IReadOnlyList<int[]> gathered = [.. corpus.Take(recipe.Data.Gathered)];
        using ActivationCache? cache = ActivationCache.OpenOrMake(Path.Combine(context.Run.Artifacts, "activations.safetensors"), reader, gathered, folder,
            done => context.Log.Progress(new JobProgress("gathering", done, gathered.Count, "documents", TimeSpan.Zero)), context.Stop);
        if (cache is null)
        {
            return false;
        }

        ConceptRows? concepts = texts.Labelled is null ? null : ConceptRows.Of(model.Tokenizer, texts.Labelled, domain.Rows);
        SaeStore store = new(Path.Combine(context.Run.Artifacts, "saes"));
        SsaeTrainings trainings = new(recipe, context, cache, store, folder);
        SsaeMeasures measures = new(domain, general, concepts);
        List<SsaeArmResult> results = [];
        IReadOnlyList<double> sparsities = recipe.Method.Sparsities.Count > 0 ? recipe.Method.Sparsities : [recipe.Method.Architecture.Strength];
        foreach (double sparsity in sparsities)
        {
            string gsae = Name(SsaeArms.Gsae, sparsity);
            if (!trainings.General(gsae, sparsity))
            {
                return false;
            }

            results.Add(measures.Of(SsaeArms.Gsae, sparsity, store, gsae, null));
            foreach ((string arm, TiltOptions? tilt) in Plan(recipe.Method))
            {
                string label = tilt is null ? arm : $"{arm}+{TiltRegistry.NameOf(tilt)}", name = Name(label, sparsity);
                (SparseAutoencoder start, double scale) = store.LoadTraining(gsae);
                using SparseAutoencoder _ = start;
                IReadOnlyList<int>? passages = arms.Passages(arm, start, scale);
                long clock = Stopwatch.GetTimestamp();
                if (!trainings.Specialise(name, arm, start, scale, passages is null ? null : arms.Rows(passages), tilt, gsae))
                {
                    return false;
                }

                SsaeArmResult result = measures.Of(label, sparsity, store, name, arm == SsaeArms.Residual ? gsae : null) with
                {
                    Documents = passages?.Count + seeds.Count ?? gathered.Count,
                    OfDomain = texts.OfDomain is null ? null : passages?.Count(i => texts.OfDomain[i]) + seeds.Count ?? gathered.Index()
                        .Count(item => texts.OfDomain[item.Index]),
                    Seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds,
                };
                results.Add(result);
                context.Log.Say(Say($"{label}: perplexity {result.Domain.Perplexity:F2} on the domain at {result.Domain.L0:F1} latents a token, ")
                    + Say($"{result.General.Perplexity:F2} in general")
                    + (result.Concepts.Count > 0 ? $"; sees {result.Seen} of {result.Concepts.Count} concepts." : "."));
            }
        }

        context.Run.WriteResult(new SsaeResult
        {
            Subject = texts.Labelled is null ? $"{Path.GetFileName(recipe.Data.SeedFile)} in {Path.GetFileName(recipe.Data.Corpus)}"
                : "heraldry in the embedded world's topics",
            Tokens = cache.Rows,
            Sizes = [cache.Width, (int)(cache.Width * recipe.Method.Expansion)],
            Clean = [domain.Clean, general.Clean],
            Zeroed = [domain.Zeroed, general.Zeroed],
            BeforeLearning = before,
            Arms = results,
            Rare = RareLatents.Of(results, recipe.Method, domain, model.Tokenizer, name => store.Load(Name(name, sparsities[^1]))),
        });
        return true;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<ClaimResult> Results(SsaeRecipe recipe, SsaeResult result) => SsaeFigures.Of(recipe, result);

    /// <inheritdoc/>
    protected override Report Report(SsaeRecipe recipe, SsaeResult result, string folder) => SsaeReport.Of(recipe, result);

    private static string Name(string arm, double sparsity) => Say($"{arm}-{sparsity:R}");

    private static IEnumerable<(string Arm, TiltOptions? Tilt)> Plan(SsaeMethodSection method) =>
        [.. method.Arms.Select(arm => (arm, (TiltOptions?)null)), .. method.Tilts.Where(tilt => tilt is not ErmOptions)
            .Select(tilt => (method.TiltOn, (TiltOptions?)tilt))];

    // A model that has never met the domain has nothing to show of it.
    private static (string Folder, double? Before)? Learn(SsaeRecipe recipe, TorchContext torch, SsaeTexts texts, JobContext context)
    {
        if (recipe.Data.LearnSteps is not > 0 || texts.Labelled is null)
        {
            return (EmbeddedModels.Resolve(recipe.Model.Name), null);
        }

        double before;
        using (LanguageModel model = LanguageModel.Load(recipe.Model.Name, torch, LoadMode.Mapped))
        {
            before = Perplexity(model, texts.DomainTest);
        }

        context.Log.Say(Say($"{recipe.Model.Name} learns the topics for {recipe.Data.LearnSteps} steps, {100 * recipe.Data.LearnShare:F0}% of them the rare ")
            + Say($"domain; its perplexity there is {before:F1}."));
        TopicSource topics = new(new TopicStream(unchecked(recipe.Seed + 3), recipe.Data.LearnShare));
        return ModelLearning.Learn(recipe.Model.Name, topics, recipe.Data.LearnSteps.Value, torch, context) is string folder ? (folder, before) : null;
    }

    private static double Perplexity(LanguageModel model, IReadOnlyList<string> texts)
    {
        SplicedLosses losses = new(model.Model, "hook_embed", [.. texts.Take(50).Select(text => TokenDocuments.Of(model.Tokenizer, text))],
            TokenDocuments.Special(model.Tokenizer));
        return Math.Exp(losses.CrossEntropies().Average());
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
