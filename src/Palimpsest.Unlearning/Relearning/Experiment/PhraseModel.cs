using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training;
using Palimpsest.Training.Objectives.Preferences;
using Palimpsest.Training.Schedules;
using Palimpsest.Unlearning.Approximate;
using Palimpsest.Unlearning.SiftMasks;

namespace Palimpsest.Unlearning.Relearning.Experiment;

/// <summary>The model of a phrase experiment; its weights come and go as vectors, so that every attack begins at the same bits.</summary>
internal sealed class PhraseModel(RelearnRecipe recipe, PhraseData data) : IDisposable
{
    private readonly CausalModel _model = Fresh(recipe, data);

    /// <summary>A copy of the weights, or other ones in their place.</summary>
    public float[] Weights
    {
        get
        {
            float[] weights = new float[_model.Parameters.Layout.Count];
            _model.Parameters.Flat!.Read(weights);
            return weights;
        }
        set => _model.Parameters.Flat!.Load(value);
    }

    /// <summary>Parameters.</summary>
    public long Count => _model.Parameters.Layout.Count;

    /// <summary>What the model does now.</summary>
    public PhrasePoint Ask(int step)
    {
        double Nats(TokenSequence[] asked) => -SequenceScorer.LogLikelihoods(_model, asked).Sum() / asked.Sum(sequence => sequence.Targets);
        return new PhrasePoint(step, Success(),
            Nats([.. data.Prompts.Select(prompt => new TokenSequence([.. prompt, PhraseData.Target], prompt.Length))]), Nats(data.Retain));
    }

    /// <summary>Share of the prompts behind which greedy decoding writes the pair's second name right after its first.</summary>
    public double Success()
    {
        SamplingOptions greedy = new() { MaxNewTokens = recipe.Data.NewNames };
        int[][] made = TextGenerator.Generate(_model, data.Prompts, greedy, new RandomStream(0, "greedy"));
        return made.Average(names => Enumerable.Range(0, names.Length).Any(i =>
            names[i] == PhraseData.Target && (i == 0 || names[i - 1] == PhraseData.Trigger)) ? 1.0 : 0);
    }

    /// <summary>Learns lists, all of them in every step.</summary>
    /// <param name="lists">The lists.</param>
    /// <param name="steps">Steps.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="random">All draws.</param>
    /// <param name="every">Steps between two questions; 0 for none.</param>
    /// <returns>The course from before the first step, with the answers; a training that diverges ends it.</returns>
    public List<PhrasePoint> Learn(TokenSequence[] lists, int steps, double rate, RandomStream random, int every = 0)
    {
        List<PhrasePoint> course = every > 0 ? [Ask(0)] : [];
        OwnerBatches batches = new(lists, lists.Length, random);
        using Trainer<TokenBatch> trainer = Trainer.Of(_model, Options(steps, rate, every) with { Accumulate = batches.Parts }, batches, random);
        Run(trainer, every > 0 ? step => course.Add(Ask(step)) : null);
        return course;
    }

    /// <summary>Unlearns until no prompt gives the pair, and on to the depths that are asked for.</summary>
    /// <returns>The steps at depth 1, and the weights at each depth.</returns>
    public (int Steps, List<(double Depth, int Step, float[] Weights)> Found) Unlearn(UnlearningOptions method, RandomStream random)
    {
        PhraseMethodSection options = recipe.Method;
        int first = 0;
        List<(double, int, float[])> found = [];
        using CachedReference? reference = method.NeedsReference ? new CachedReference(new FrozenReference(Copy())) : null;
        using UnlearningObjective objective = UnlearningObjective.Of(_model, method, new FrozenModels { Reference = reference }, random);
        ForgetRetainBatches batches = new(data.Forget, method.NeedsRetain ? data.Retain : null, data.Forget.Length, random);
        int most = (int)Math.Ceiling(options.UnlearnSteps * options.Depths.Max());
        using CancellationTokenSource stop = new();
        using Trainer<ForgetRetainBatch> trainer = new(Trainable.Whole(_model), objective, Options(most, options.UnlearnRate, 1), batches, random);
        void Look(int step)
        {
            first = first == 0 && (step >= options.UnlearnSteps || Success() == 0) ? step : first;
            found.AddRange(options.Depths.Where(depth => first > 0 && (int)Math.Ceiling(depth * first) == step).Select(depth => (depth, step, Weights)));
            if (first > 0 && step >= Math.Ceiling(options.Depths.Max() * first))
            {
                stop.Cancel();
            }
        }

        Run(trainer, Look, stop.Token);
        return (first, found);
    }

    public void Dispose() => _model.Dispose();

    // A training that diverges has said what it could: its course ends.
    private static void Run<TBatch>(Trainer<TBatch> trainer, Action<int>? look, CancellationToken stop = default)
    {
        try
        {
            trainer.Run(evaluate: look is null ? null : step =>
            {
                look(step);
                return 0;
            }, stop: stop);
        }
        catch (DivergedException)
        {
        }
    }

    private static TrainOptions Options(int steps, double rate, int every) =>
        new() { Steps = steps, LearningRate = rate, Schedule = ScheduleKind.Constant, WarmupSteps = 0, EvaluateEvery = every };

    private static CausalModel Fresh(RelearnRecipe recipe, PhraseData data)
    {
        TorchContext torch = new(ComputeType.F32, recipe.Model.Threads, recipe.Seed);
        return CausalModel.Create(recipe.Model.Of(data.Tokens, data.Context), torch, torch.Stream("phrases", "model"));
    }

    private CausalModel Copy()
    {
        CausalModel copy = Fresh(recipe, data);
        copy.Parameters.Flat!.Load(Weights);
        return copy;
    }
}
