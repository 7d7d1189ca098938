namespace Palimpsest.Reasoning.Arms;

/// <summary>Which of a problem's right solutions are kept.</summary>
public enum SolutionFilter
{
    /// <summary>Different ones, in the order of their samples.</summary>
    Distinct,

    /// <summary>One for every different list of equations, that with the largest edit distance to all others (Self-Explore on GSM8K). Solutions with a false
    /// calculator equation, <c>&lt;&lt;2+2=5&gt;&gt;</c>, are dropped.</summary>
    Equations,

    /// <summary>Greedily, those whose edit distance to all kept ones is above a fifth of the longer one's length (Self-Explore on MATH).</summary>
    Distance,
}
