using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;

namespace Palimpsest.Unlearning.SiftMasks.Experiment;

/// <summary>Asks owners' questions of a model served from a vector.</summary>
/// <param name="tuner">Over the base model.</param>
/// <param name="owners">All owners.</param>
internal sealed class OwnerExam(SiftTuner tuner, IReadOnlyList<TaskOwner> owners)
{
    private readonly ExampleEncoder _encoder = new(tuner.Model.Tokenizer, tuner.Model.Model.Config.ContextLength) { Boundaries = tuner.Boundaries };
    private readonly Dictionary<int, TokenSequence[]> _sequences = [];

    /// <summary>The mean over an owner's questions of p(answer | question)^(1 / tokens), and the share answered rightly by likelihood (NaN without alternatives).</summary>
    /// <param name="owner">The owner that is asked.</param>
    /// <param name="served">Added to the base.</param>
    public OwnerGrade Ask(int owner, ServedVector served)
    {
        tuner.Serve(served.Vector, served.Mask);
        return Grade(owner, Scores(owner));
    }

    /// <summary>The same of several models that answer together: the mean of their probabilities.</summary>
    /// <param name="asked">The owners that are asked.</param>
    /// <param name="vectors">One a model.</param>
    public OwnerGrade[] AskTogether(IReadOnlyList<int> asked, IReadOnlyList<float[]> vectors)
    {
        double[][] sums = [.. asked.Select(owner => new double[Sequences(owner).Length])];
        foreach (float[] vector in vectors)
        {
            tuner.Serve(vector);
            for (int i = 0; i < sums.Length; i++)
            {
                double[] scores = Scores(asked[i]);
                for (int j = 0; j < scores.Length; j++)
                {
                    sums[i][j] += Math.Exp(scores[j]) / vectors.Count;
                }
            }
        }

        return [.. asked.Select((owner, i) => Grade(owner, [.. sums[i].Select(sum => Math.Log(sum))]))];
    }

    /// <summary>The probability alone, for which nothing but the true answers has to be scored.</summary>
    public double AskProbability(int owner, ServedVector served)
    {
        tuner.Serve(served.Vector, served.Mask);
        TokenSequence[] all = Sequences(owner);
        List<TokenSequence> right = [];
        int from = 0;
        foreach (ChoiceItem item in owners[owner].Asked)
        {
            right.Add(all[from + item.Answer]);
            from += item.Choices.Count;
        }

        return SequenceScorer.LogLikelihoods(tuner.Model.Model, right).Select((score, i) => Math.Exp(score / right[i].Targets)).Average();
    }

    private TokenSequence[] Sequences(int owner)
    {
        if (!_sequences.TryGetValue(owner, out TokenSequence[]? sequences))
        {
            _sequences.Add(owner, sequences = [.. owners[owner].Asked.SelectMany(item => item.Choices.Select(choice => _encoder.EncodeOpen(item.Prompt, choice)))]);
        }

        return sequences;
    }

    private double[] Scores(int owner) => SequenceScorer.LogLikelihoods(tuner.Model.Model, Sequences(owner));

    private OwnerGrade Grade(int owner, double[] scores)
    {
        IReadOnlyList<ChoiceItem> asked = owners[owner].Asked;
        TokenSequence[] sequences = Sequences(owner);
        double probability = 0, right = 0;
        int from = 0;
        foreach (ChoiceItem item in asked)
        {
            ReadOnlySpan<double> own = scores.AsSpan(from, item.Choices.Count);
            probability += Math.Exp(own[item.Answer] / sequences[from + item.Answer].Targets);
            int best = 0;
            for (int choice = 1; choice < own.Length; choice++)
            {
                best = own[choice] > own[best] ? choice : best;
            }

            right += best == item.Answer ? 1 : 0;
            from += item.Choices.Count;
        }

        return new OwnerGrade(probability / asked.Count, asked.Any(item => item.Choices.Count > 1) ? right / asked.Count : double.NaN);
    }
}
