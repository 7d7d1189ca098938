namespace Palimpsest.Unlearning.Merging;

/// <summary>Settings of greedy soup.</summary>
public sealed record GreedySoupOptions : MergeOptions
{
    /// <summary>Whether the released code's order and rule are followed: of equal scores the later candidate comes first, and one is taken only if the soup gets better.</summary>
    /// <value>The default is false: the earlier first, taken if the soup gets no worse.</value>
    public bool Compat { get; init; }
}

/// <summary>Says how good a vector is; higher is better.</summary>
/// <param name="vector">To be added to the base.</param>
public delegate double VectorScore(ReadOnlySpan<float> vector);

/// <summary>Adds candidates to an average one by one, the best first, and keeps those that do no harm on held-out data. Two passes, and two scores a candidate.</summary>
/// <remarks>Wortsman et al., Model soups, arXiv 2203.05482, recipe 1.</remarks>
/// <param name="options">Settings.</param>
/// <param name="score">Scores a vector on held-out data.</param>
public sealed class GreedySoup(GreedySoupOptions options, VectorScore score) : IMergeMethod
{
    /// <summary>The candidates in the soup of the last merge, in the order they were taken.</summary>
    public IReadOnlyList<int> Ingredients { get; private set; } = [];

    /// <summary>The score of the soup of the last merge.</summary>
    public double Score { get; private set; } = double.NaN;

    /// <inheritdoc/>
    public void Merge(ITaskVectors tasks, Span<float> merged, Action<TaskMask>? masks = null)
    {
        int length = TaskPass.Length(tasks, merged);
        float[] vector = new float[length];
        double[] scores = new double[tasks.Count], sum = new double[length];
        for (int task = 0; task < tasks.Count; task++)
        {
            Load(tasks, task, vector);
            scores[task] = score(vector);
        }

        int[] order = [.. Enumerable.Range(0, tasks.Count).OrderByDescending(task => scores[task]).ThenBy(task => options.Compat ? -task : task)];
        List<int> taken = [order[0]];
        Load(tasks, order[0], vector);
        TaskPass.Add(sum, vector);
        double best = scores[order[0]];
        foreach (int task in order.AsSpan(1))
        {
            Load(tasks, task, vector);
            TaskPass.Add(sum, vector);
            TaskPass.Write(sum, 1.0 / (taken.Count + 1), merged);
            double with = score(merged);
            if (options.Compat ? with > best : with >= best)
            {
                best = with;
                taken.Add(task);
            }
            else
            {
                TaskPass.Add(sum, vector, -1);
            }
        }

        TaskPass.Write(sum, 1.0 / taken.Count, merged);
        Ingredients = taken;
        Score = best;
    }

    private static void Load(ITaskVectors tasks, int task, float[] vector)
    {
        tasks.Read(task, 0, vector);
        TaskPass.Check(task, 0, vector);
    }
}
