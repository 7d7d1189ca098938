namespace Palimpsest.Unlearning.Approximate.Losses;

/// <summary>What RMU takes the mean over.</summary>
public enum RmuMean
{
    /// <summary>All answer tokens of a step.</summary>
    Token,

    /// <summary>The answer tokens of each row, and then the rows.</summary>
    Row,

    /// <summary>Every position, prompts and padding included, as its authors do.</summary>
    All,
}
