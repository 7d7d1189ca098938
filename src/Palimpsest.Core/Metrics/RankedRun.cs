namespace Palimpsest.Metrics;

/// <summary>Measures of a ranked list of documents against relevance judgements, for one query.</summary>
/// <remarks>
/// Definitions are trec_eval's (National Institute of Standards and Technology): documents are sorted by score, equal scores by descending identifier; a document without a judgement is not relevant; measures
/// that divide by the number of relevant documents count all of them, found or not, and are 0 if there is none. A corpus figure is the mean over queries. nDCG: Järvelin and Kekäläinen, ACM TOIS 20 (2002);
/// bpref: Buckley and Voorhees, SIGIR 2004.
/// </remarks>
public sealed class RankedRun
{
    // The judgement of each ranked document, null if it has none.
    private readonly int?[] _grades;
    private readonly int[] _ideal;
    private readonly int _judgedIrrelevant;

    /// <summary>Sorts a run and joins it with its judgements.</summary>
    /// <param name="scores">The documents found with their scores; no NaN.</param>
    /// <param name="judgements">Grades of documents: above 0 is relevant.</param>
    /// <exception cref="PalimpsestException">A score is NaN.</exception>
    public RankedRun(IReadOnlyDictionary<string, double> scores, IReadOnlyDictionary<string, int> judgements)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(judgements);
        if (scores.Any(pair => double.IsNaN(pair.Value)))
        {
            throw new PalimpsestException($"Document \"{scores.First(pair => double.IsNaN(pair.Value)).Key}\" has no number as its score and cannot be ranked.");
        }

        _grades = [.. scores.OrderByDescending(pair => pair.Value).ThenByDescending(pair => pair.Key, StringComparer.Ordinal).Select(pair => judgements.TryGetValue(pair.Key, out int grade) ? grade : (int?)null)];
        _ideal = [.. judgements.Values.Where(grade => grade > 0).OrderDescending()];
        _judgedIrrelevant = judgements.Count - _ideal.Length;
    }

    /// <summary>Number of relevant documents, found or not.</summary>
    public int Relevant => _ideal.Length;

    /// <summary>1 over the rank of the first relevant document; 0 if none is found. Its mean is MRR.</summary>
    public double ReciprocalRank => Array.FindIndex(_grades, grade => grade > 0) is int place and >= 0 ? 1.0 / (place + 1) : 0;

    /// <summary>Precision at the rank that equals the number of relevant documents.</summary>
    public double RPrecision => Relevant == 0 ? 0 : Precision(Relevant);

    /// <summary>How often judged irrelevant documents stand before relevant ones, whatever has no judgement: 1/R Σ (1 - min(irrelevant before, R) / min(irrelevant, R)).</summary>
    public double BinaryPreference
    {
        get
        {
            double sum = 0;
            int irrelevant = 0;
            foreach (int? grade in _grades)
            {
                if (grade > 0)
                {
                    sum += irrelevant == 0 ? 1 : 1 - (Math.Min(irrelevant, (double)Relevant) / Math.Min(_judgedIrrelevant, Relevant));
                }
                else if (grade is not null)
                {
                    irrelevant++;
                }
            }

            return Relevant == 0 ? 0 : sum / Relevant;
        }
    }

    /// <summary>Share of the first <paramref name="depth"/> ranks that hold a relevant document; ranks beyond the end of the list do not.</summary>
    /// <param name="depth">At least 1.</param>
    public double Precision(int depth) => (double)Found(depth) / depth;

    /// <summary>Share of the relevant documents that are among the first <paramref name="depth"/>.</summary>
    /// <param name="depth">At least 1.</param>
    public double Recall(int depth) => Relevant == 0 ? 0 : (double)Found(depth) / Relevant;

    /// <summary>1 if a relevant document is among the first <paramref name="depth"/>, else 0.</summary>
    /// <param name="depth">At least 1.</param>
    public double Success(int depth) => Found(depth) > 0 ? 1 : 0;

    /// <summary>Average precision: the sum of precisions at the ranks of relevant documents over the number of all relevant ones. Its mean is MAP.</summary>
    /// <param name="depth">Later ranks do not count.</param>
    public double AveragePrecision(int depth = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(depth);
        double sum = 0;
        int found = 0;
        for (int i = 0; i < Math.Min(depth, _grades.Length); i++)
        {
            if (_grades[i] > 0)
            {
                sum += (double)++found / (i + 1);
            }
        }

        return Relevant == 0 ? 0 : sum / Relevant;
    }

    // Σ gain_i / log2(i + 1) over that of the best order
    /// <summary>Normalised discounted cumulative gain.</summary>
    /// <param name="depth">Later ranks do not count, neither here nor in the best order.</param>
    /// <param name="exponential">Whether a grade gains 2^grade - 1 instead of itself; negative grades gain nothing.</param>
    /// <returns>In [0, 1]; 0 if there is no relevant document.</returns>
    public double Ndcg(int depth = int.MaxValue, bool exponential = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(depth);
        double best = Gain(_ideal.Take(depth));
        return best == 0 ? 0 : Gain(_grades.Take(depth).Select(grade => Math.Max(grade ?? 0, 0))) / best;

        double Gain(IEnumerable<int> grades) => grades.Select((grade, i) => (exponential ? Math.Pow(2, grade) - 1 : grade) / Math.Log2(i + 2)).Sum();
    }

    private int Found(int depth)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(depth);
        return _grades.Take(depth).Count(grade => grade > 0);
    }
}
