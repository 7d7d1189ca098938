using System.Numerics.Tensors;
using Palimpsest.Numerics;

namespace Palimpsest.Models.Generation;

/// <summary>Chooses the tokens of one sequence. Equal logits: the lower id wins.</summary>
internal sealed class TokenSampler
{
    private readonly SamplingOptions _options;
    private readonly RandomStream _random;
    private readonly bool[]? _seen;
    private readonly float[] _scores;
    private readonly float[] _weights;
    private readonly List<int> _candidates = [];

    public TokenSampler(SamplingOptions options, RandomStream random, int vocabulary)
    {
        (_options, _random) = (options, random);
        _seen = options.RepetitionPenalty != 1 ? new bool[vocabulary] : null;
        _scores = _seen is null ? [] : new float[vocabulary];
        _weights = options.Temperature > 0 ? new float[vocabulary] : [];
    }

    /// <summary>Takes note of tokens that the penalty is for.</summary>
    public void See(params ReadOnlySpan<int> tokens)
    {
        if (_seen is not null)
        {
            foreach (int token in tokens)
            {
                _seen[token] = true;
            }
        }
    }

    /// <summary>The next token.</summary>
    /// <param name="logits">[vocabulary]</param>
    /// <exception cref="PalimpsestException">The logits are no numbers.</exception>
    public int Choose(ReadOnlySpan<float> logits)
    {
        ReadOnlySpan<float> scores = _seen is null ? logits : Penalised(logits);
        int best = TensorPrimitives.IndexOfMax(scores);
        if (!float.IsFinite(scores[best]))
        {
            throw new PalimpsestException("The model's scores are not finite, so no token can be chosen. Its weights are damaged, or its training has diverged.");
        }

        int token = _options.Temperature > 0 ? Draw(scores, scores[best]) : best;
        See(token);
        return token;
    }

    private ReadOnlySpan<float> Penalised(ReadOnlySpan<float> logits)
    {
        logits.CopyTo(_scores);
        float penalty = (float)_options.RepetitionPenalty;
        for (int i = 0; i < _scores.Length; i++)
        {
            if (_seen![i])
            {
                _scores[i] = _scores[i] > 0 ? _scores[i] / penalty : _scores[i] * penalty;
            }
        }

        return _scores;
    }

    private int Draw(ReadOnlySpan<float> scores, float largest)
    {
        // w = e^((s - largest) / temperature), so that the most likely token has the weight 1. Below 1e-6 the most likely token is all there is.
        TensorPrimitives.Subtract(scores, largest, _weights);
        TensorPrimitives.Divide(_weights, MathF.Max((float)_options.Temperature, 1e-6f), _weights);
        TensorPrimitives.Exp<float>(_weights, _weights);
        if (_options.TopK > 0)
        {
            CollectBest(scores, Math.Min(_options.TopK, scores.Length));
        }
        else if (_options.TopP < 1)
        {
            CollectLikely(scores);
        }
        else
        {
            CollectAll();
        }

        double total = 0, mass = 0;
        _candidates.ForEach(id => total += _weights[id]);
        int kept = _candidates.Count;
        for (int i = 0; i < kept && _options.TopP < 1; i++)
        {
            mass += _weights[_candidates[i]];
            kept = mass >= _options.TopP * total ? i + 1 : kept;
        }

        total = 0;
        for (int i = 0; i < kept; i++)
        {
            total += Weight(i);
        }

        double draw = _random.NextDouble() * total;
        int last = _candidates[0];
        for (int i = 0; i < kept; i++)
        {
            double weight = Weight(i);
            last = weight > 0 ? _candidates[i] : last;
            draw -= weight;
            if (draw < 0)
            {
                break;
            }
        }

        return last;

        double Weight(int index) => _weights[_candidates[index]] is float weight && weight >= _options.MinP ? weight : 0;
    }

    private void CollectAll()
    {
        _candidates.Clear();
        for (int id = 0; id < _weights.Length; id++)
        {
            _candidates.Add(id);
        }
    }

    /// <summary>The most likely ids, most likely first.</summary>
    private void CollectBest(ReadOnlySpan<float> scores, int count)
    {
        _candidates.Clear();
        for (int id = 0; id < scores.Length; id++)
        {
            if (_candidates.Count == count && !(scores[id] > scores[_candidates[^1]]))
            {
                continue;
            }

            if (_candidates.Count == count)
            {
                _candidates.RemoveAt(count - 1);
            }

            int low = 0, high = _candidates.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                (low, high) = scores[_candidates[middle]] >= scores[id] ? (middle + 1, high) : (low, middle);
            }

            _candidates.Insert(low, id);
        }
    }

    /// <summary>All ids that can be needed to reach top P, most likely first: those left out do not make up 1 - P together, however many they are.</summary>
    private void CollectLikely(ReadOnlySpan<float> scores)
    {
        _candidates.Clear();
        float least = (float)((1 - _options.TopP) * TensorPrimitives.Sum<float>(_weights) / (2 * _weights.Length));
        for (int id = 0; id < _weights.Length; id++)
        {
            if (_weights[id] >= least)
            {
                _candidates.Add(id);
            }
        }

        float[] weights = _weights;
        _candidates.Sort((a, b) => weights[a] != weights[b] ? weights[b].CompareTo(weights[a]) : a.CompareTo(b));
    }
}
