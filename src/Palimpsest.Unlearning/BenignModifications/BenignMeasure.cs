namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>How an answer is scored; every measure lies in [0, 1].</summary>
public enum BenignMeasure
{
    /// <summary>p(true answer)^(1 / tokens).</summary>
    Probability,

    /// <summary>1 if the true answer has the largest sum of log-probabilities of all, shared by equally likely ones.</summary>
    Choice,

    /// <summary>Of the whole greedy text: 1 if an answer of up to five words is in it word by word; of a longer answer ROUGE-L recall.</summary>
    Text,

    /// <summary>ROUGE-L recall (stemmed) of the greedy text against what the original model answers to the question alone, as in BLUR.</summary>
    Recall,
}
