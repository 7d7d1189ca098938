namespace Palimpsest.Interpretability.SparseAutoencoders.Metrics;

/// <summary>How often and how strongly each latent fires on each kind of token (a token type).</summary>
/// <remarks>Holds two numbers a token type and latent that fires on it. Not thread-safe.</remarks>
public sealed class TypeTally
{
    private readonly Dictionary<int, Dictionary<int, (double Sum, int Fired)>> _types = [];
    private readonly Dictionary<int, int> _counts = [];
    private readonly int _latents;

    /// <summary>Nothing yet.</summary>
    /// <param name="latents">Number of latents.</param>
    public TypeTally(int latents) => _latents = latents;

    /// <summary>Token types and how often each was seen.</summary>
    public IReadOnlyDictionary<int, int> Counts => _counts;

    /// <summary>Adds tokens.</summary>
    /// <param name="tokens">Their types.</param>
    /// <param name="acts">Their latents, [tokens * latents].</param>
    public void Add(ReadOnlySpan<int> tokens, ReadOnlySpan<float> acts)
    {
        for (int row = 0; row < tokens.Length; row++)
        {
            _counts[tokens[row]] = _counts.GetValueOrDefault(tokens[row]) + 1;
            if (!_types.TryGetValue(tokens[row], out Dictionary<int, (double Sum, int Fired)>? type))
            {
                _types.Add(tokens[row], type = []);
            }

            ReadOnlySpan<float> values = acts.Slice(row * _latents, _latents);
            for (int i = 0; i < values.Length; i++)
            {
                if (values[i] != 0)
                {
                    (double sum, int fired) = type.GetValueOrDefault(i);
                    type[i] = (sum + values[i], fired + 1);
                }
            }
        }
    }

    /// <summary>The token types that some latent stands for: it is the latent's type of the largest mean activation, and the latent fires on at least half of
    /// its occurrences.</summary>
    /// <param name="least">Types that occur less often are left out, as what a latent does on a token or two is chance.</param>
    /// <returns>Type, how often it occurs and whether it is covered, from the rarest on. Counts are of this autoencoder alone, not divided by its
    /// total.</returns>
    public IReadOnlyList<(int Token, int Count, bool Covered)> Coverage(int least = 3)
    {
        (int Token, double Mean)[] top = [.. Enumerable.Repeat((-1, 0.0), _latents)];
        foreach ((int token, Dictionary<int, (double Sum, int Fired)> type) in _types.Where(type => _counts[type.Key] >= least).OrderBy(type => type.Key))
        {
            foreach ((int latent, (double sum, _)) in type)
            {
                double mean = sum / _counts[token];
                top[latent] = mean > top[latent].Mean ? (token, mean) : top[latent];
            }
        }

        HashSet<int> covered = [.. Enumerable.Range(0, _latents).Where(i => top[i].Token >= 0 && _types[top[i].Token][i].Fired >= 0.5 * _counts[top[i].Token])
            .Select(i => top[i].Token)];
        return [.. _counts.Where(type => type.Value >= least).OrderBy(type => type.Value).ThenBy(type => type.Key)
            .Select(type => (type.Key, type.Value, covered.Contains(type.Key)))];
    }

    /// <summary>The token types on which a latent's mean activation is largest.</summary>
    /// <param name="latent">Its number.</param>
    /// <param name="count">How many at most.</param>
    public IReadOnlyList<int> Top(int latent, int count) =>
    [
        .. _types.Where(type => type.Value.ContainsKey(latent)).OrderByDescending(type => type.Value[latent].Sum / _counts[type.Key]).ThenBy(type => type.Key)
            .Take(count).Select(type => type.Key),
    ];

    /// <summary>Precision, recall and F1 of "the token is one of a set" as a prediction that a latent fires: the token-set explainer, which is no language
    /// model.</summary>
    /// <param name="latent">Its number.</param>
    /// <param name="set">The token types that explain it, found on other texts.</param>
    public (double Precision, double Recall, double F1) Explained(int latent, IReadOnlyCollection<int> set)
    {
        double fired = 0, hits = 0, told = set.Sum(token => _counts.GetValueOrDefault(token));
        foreach ((int token, Dictionary<int, (double Sum, int Fired)> type) in _types)
        {
            int here = type.GetValueOrDefault(latent).Fired;
            fired += here;
            hits += set.Contains(token) ? here : 0;
        }

        double precision = told > 0 ? hits / told : 0, recall = fired > 0 ? hits / fired : 0;
        return (precision, recall, precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0);
    }
}
