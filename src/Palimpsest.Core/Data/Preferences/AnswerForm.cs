namespace Palimpsest.Data.Preferences;

/// <summary>What the rows of a file say about answers.</summary>
public enum AnswerForm
{
    /// <summary>Nothing: each row is an example to learn.</summary>
    Plain,

    /// <summary>Which of two answers is better: <c>chosen</c> and <c>rejected</c>.</summary>
    Pairs,

    /// <summary>Whether one answer is good: <c>completion</c> and <c>label</c>.</summary>
    Judged,

    /// <summary>Which passage answers a query: <c>query</c> and <c>passage</c>, or <c>anchor</c> and <c>positive</c>, and at will <c>negative</c>.</summary>
    Passages,
}
