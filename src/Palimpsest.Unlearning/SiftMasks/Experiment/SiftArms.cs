using System.Globalization;
using Palimpsest.Numerics;
using Palimpsest.Runs.Recipes;
using Palimpsest.Unlearning.Merging;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>Measures the arms for one number of owners. Where an arm has settings, they are chosen on every second owner asked, and the others are reported; every arm is reported on the same owners.</summary>
/// <param name="exam">Asks.</param>
/// <param name="method">What is tried.</param>
/// <param name="plain">Vectors of plain tuning.</param>
/// <param name="signed">Vectors of sign-fixed tuning.</param>
/// <param name="stream">For methods that draw.</param>
internal sealed class SiftArms(OwnerExam exam, SiftMethodSection method, FileTaskVectors plain, FileTaskVectors signed, RandomStream stream)
{
    private static readonly TaskArithmetic s_average = new(new TaskArithmeticOptions { Mean = true });
    private readonly int _count = checked((int)plain.Layout.Count);
    private readonly bool _tunes = method.Alphas.Count > 1 || method.TiesDensities.Count > 1 || method.TallLambdas.Count * method.TallFactors.Count > 1 || method.CentralSteps.Count > 1;

    /// <summary>All arms that serve from task vectors.</summary>
    /// <param name="size">Number of owners.</param>
    public List<SiftFigure> Measure(int size)
    {
        FileTaskVectors own = plain.First(size), fixedSigns = signed.First(size);
        int[] asked = Asked(size);
        List<SiftFigure> figures = [];
        void Add(string arm, Func<int, ServedVector> vector) => figures.Add(Figure(arm, size, Reported(asked), vector, ""));

        Add("zero-shot", _ => new([]));
        Add("local-ft", owner => new(own.All(owner)));
        Add("local-sift", owner => new(fixedSigns.All(owner)));
        float[] mean = Merged(s_average, own);
        Add("ft-merge", _ => new(mean));

        // As a store serves: from the sum in fixed point.
        using FixedPointAccumulator sum = fixedSigns.Sum();
        Func<int, ServedVector> Sift(SiftOptions options)
        {
            Lazy<float[]> merged = new(() => SiftServing.Merged(sum, size, options, Enumerable.Range(0, size).Select(fixedSigns.Mask)));
            return owner => new(merged.Value, fixedSigns.Mask(owner));
        }

        float[] maskless = SiftServing.Maskless(sum, size);
        Add("sift-merge", _ => new(maskless));
        Add("sift-masks", Sift(new SiftOptions()));
        Add("sift-masks-per-use", Sift(new SiftOptions { Divisor = SiftDivisor.Masks }));
        figures.AddRange(Tuned("sift-masks-tuned", size, asked,
            method.Alphas.Select(alpha => (Say($"alpha {alpha}"), Sift(new SiftOptions { Alpha = alpha })))));
        figures.AddRange(Tuned("ties", size, asked, method.TiesDensities.Select(density =>
        {
            Lazy<float[]> merged = new(() => Merged(new Ties(new TiesOptions { Density = density }), own));
            return (Say($"density {density}"), (Func<int, ServedVector>)(_ => new(merged.Value)));
        })));
        figures.AddRange(Tuned("tall-masks", size, asked, from lambda in method.TallLambdas
                                                          let served = new Lazy<Dictionary<int, float[]>>(() => Served(new TallMasks(new TallMasksOptions { Lambda = lambda }), own, asked))
                                                          from factor in method.TallFactors
                                                          select (Say($"lambda {lambda}, factor {factor}"),
                                                              (Func<int, ServedVector>)(owner => new(Scaled(served.Value[owner], factor))))));
        foreach (MergeOptions options in method.Others)
        {
            string name = RecipeChoices.NameOf(options);
            Dictionary<int, float[]> served = Served(MergeMethods.Create(options, new MergeContext { Stream = stream.Child(name) }), own, asked);
            Add(name, owner => new(served[owner]));
        }

        return figures;
    }

    /// <summary>The one model trained on all, at the best of its numbers of steps.</summary>
    public SiftFigure Central(int size, IReadOnlyList<float[]> vectors) =>
        Tuned("central", size, Asked(size),
            method.CentralSteps.Select((steps, i) => (Say($"{steps} steps"), (Func<int, ServedVector>)(_ => new(vectors[i]))))).Single();

    /// <summary>Owners dealt into groups at random: each served by the mean of its group's vectors, by a model trained on its group's data, and by all those models together (SISA, arXiv 1912.03817).</summary>
    /// <param name="size">Number of owners.</param>
    /// <param name="shards">Number of groups.</param>
    /// <param name="train">Trains on a group's data.</param>
    public IEnumerable<SiftFigure> Shards(int size, int shards, Func<int[], float[]> train)
    {
        int[] order = [.. Enumerable.Range(0, size)], group = new int[size];
        stream.Child("shards", Say($"{shards}")).Shuffle<int>(order);
        int[][] groups = [.. Enumerable.Range(0, shards).Select(i => order[(i * size / shards)..((i + 1) * size / shards)])];
        for (int i = 0; i < shards; i++)
        {
            Array.ForEach(groups[i], owner => group[owner] = i);
        }

        float[][] merged = [.. groups.Select(own => Merged(s_average, new TaskSubset(plain, own)))];
        int[] reported = Reported(Asked(size));
        yield return Figure(Say($"clusters-merge-{shards}"), size, reported, owner => new(merged[group[owner]]), "");
        float[][] trained = [.. groups.Select(train)];
        yield return Figure(Say($"clusters-central-{shards}"), size, reported, owner => new(trained[group[owner]]), "");
        yield return Figure(Say($"sisa-{shards}"), size, exam.AskTogether(reported, trained), "");
    }

    /// <summary>The owners asked of so many, spread evenly.</summary>
    public int[] Asked(int size) => [.. Enumerable.Range(0, Math.Min(size, method.Asked)).Select(i => (int)((long)i * size / Math.Min(size, method.Asked)))];

    // With fewer than four owners there are none to spare for tuning.
    private int[] Reported(int[] asked) => asked.Length < 4 || !_tunes ? asked : [.. asked.Where((_, i) => i % 2 == 1)];

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static float[] Scaled(float[] vector, double factor) => factor == 1 ? vector : [.. vector.Select(value => (float)(factor * value))];

    private float[] Merged(IMergeMethod merge, ITaskVectors vectors)
    {
        float[] merged = new float[_count];
        merge.Merge(vectors, merged);
        return merged;
    }

    /// <summary>The vectors of the owners asked under a method, with its masks where it has any.</summary>
    private Dictionary<int, float[]> Served(IMergeMethod merge, FileTaskVectors vectors, int[] asked)
    {
        // Masks come while the merge still runs in some methods; they are kept and used when the merged vector is whole.
        float[] merged = new float[_count];
        Dictionary<int, TaskMask> masks = [];
        merge.Merge(vectors, merged, mask =>
        {
            if (asked.Contains(mask.Task))
            {
                masks.Add(mask.Task, mask);
            }
        });
        return asked.ToDictionary(owner => owner, owner =>
        {
            if (!masks.TryGetValue(owner, out TaskMask? mask))
            {
                return merged;
            }

            float[] served = new float[_count];
            mask.Serve(merged, served);
            return served;
        });
    }

    /// <summary>One figure, or none where nothing is to be tried.</summary>
    private IEnumerable<SiftFigure> Tuned(string arm, int size, int[] asked, IEnumerable<(string Setting, Func<int, ServedVector> Vector)> settings)
    {
        (string Setting, Func<int, ServedVector> Vector)[] tried = [.. settings];
        if (tried.Length == 0)
        {
            return [];
        }

        if (asked.Length < 4 || tried.Length == 1)
        {
            return [Figure(arm, size, Reported(asked), tried[0].Vector, tried[0].Setting + (tried.Length > 1 ? " (not tuned)" : ""))];
        }

        int[] tuning = [.. asked.Where((_, i) => i % 2 == 0)];
        (string Setting, Func<int, ServedVector> Vector) best = tried.MaxBy(item => tuning.Average(owner => exam.AskProbability(owner, item.Vector(owner))));
        return [Figure(arm, size, Reported(asked), best.Vector, best.Setting)];
    }

    private SiftFigure Figure(string arm, int size, int[] reported, Func<int, ServedVector> vector, string setting) =>
        Figure(arm, size, [.. reported.Select(owner => exam.Ask(owner, vector(owner)))], setting);

    private static SiftFigure Figure(string arm, int size, OwnerGrade[] grades, string setting) =>
        new(arm, size, [.. grades.Select(grade => grade.Probability)], [.. grades.Select(grade => grade.Accuracy).Where(double.IsFinite)], setting);
}
