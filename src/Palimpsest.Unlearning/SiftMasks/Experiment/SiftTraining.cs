using System.Diagnostics;
using System.Globalization;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;
using Palimpsest.Runs;
using Palimpsest.Torch;
using Palimpsest.Training.Workers;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>All training of an experiment: owners one by one, and models on the data of many.</summary>
/// <param name="recipe">Model, tuning, seed.</param>
/// <param name="owners">All owners.</param>
internal sealed class SiftTraining(SiftRecipe recipe, IReadOnlyList<TaskOwner> owners)
{
    /// <summary>A tuner over the base model.</summary>
    /// <param name="tuning">Its settings.</param>
    /// <param name="threads">Threads of one operation; 0 for all cores.</param>
    public SiftTuner Tuner(OwnerTuning tuning, int threads)
    {
        LanguageModel model = LanguageModel.Load(recipe.Model.Name, new TorchContext(threads: threads, seed: recipe.Seed), LoadMode.TrainableHidden);
        return new SiftTuner(model, tuning, new SignVector(new RandomStream(recipe.Seed, "sift", "signs"), model.Model.Parameters.Flat!.Layout.Count));
    }

    /// <summary>Makes the vectors that are not there yet; workers of a few threads each take the next owner until none is left.</summary>
    /// <param name="what">For progress.</param>
    /// <param name="which">The owners.</param>
    /// <param name="vectors">Where they go.</param>
    /// <param name="signFixed">Sign-fixed or plain.</param>
    /// <param name="context">Progress; a stop loses only the owners at work.</param>
    /// <exception cref="PalimpsestException">An owner's data cannot be learnt, or a training diverges; the vectors made before stay.</exception>
    public void Owners(string what, IEnumerable<int> which, FileTaskVectors vectors, bool signFixed, JobContext context)
    {
        int[] missing = [.. which.Where(owner => !vectors.Has(owner))];
        int done = 0, threads = recipe.Method.Tuning.Threads;
        long started = Stopwatch.GetTimestamp();
        new WorkerPool(recipe.Method.Workers > 0 ? recipe.Method.Workers : Environment.ProcessorCount, threads).Run(
            missing,
            owner => string.Create(CultureInfo.InvariantCulture, $"owner {owner}"),
            () => Tuner(recipe.Method.Tuning with { SignFixed = signFixed }, threads),
            (tuner, owner, stop) =>
            {
                // To its file at once: results that wait would each hold a vector.
                long clock = Stopwatch.GetTimestamp();
                float[] vector = new float[tuner.Layout.Count];
                tuner.Tune(owners[owner].Train, new RandomStream(recipe.Seed, "sift", "owner", owner.ToString(CultureInfo.InvariantCulture)), vector,
                    stop: stop);
                vectors.Write(owner, vector, Stopwatch.GetElapsedTime(clock).TotalSeconds);
                return owner;
            },
            (_, _) =>
            {
                done++;
                context.Log.Progress(new JobProgress(what, done, missing.Length, "owners", Stopwatch.GetElapsedTime(started) / done * (missing.Length - done)));
            },
            stop: context.Stop);
    }

    /// <summary>Trains one model on the data of several owners.</summary>
    /// <param name="who">The owners.</param>
    /// <param name="steps">After how many steps a vector is taken; the rate is constant, so each is that of a training of so many steps.</param>
    /// <param name="stop">Ends between two steps with <see cref="OperationCanceledException"/>.</param>
    public IReadOnlyList<float[]> Together(IReadOnlyList<int> who, IReadOnlyList<int> steps, CancellationToken stop)
    {
        using SiftTuner tuner = Tuner(recipe.Method.Tuning with { Steps = steps.Max(), SignFixed = false }, recipe.Model.Threads);
        Dictionary<int, float[]> taken = [];
        tuner.Tune([.. who.SelectMany(owner => owners[owner].Train)], new RandomStream(recipe.Seed, "sift", "central"), new float[tuner.Layout.Count], step =>
        {
            if (steps.Contains(step))
            {
                float[] vector = new float[tuner.Layout.Count];
                tuner.Read(vector);
                taken[step] = vector;
            }
        }, stop);
        return [.. steps.Select(step => taken[step])];
    }
}
