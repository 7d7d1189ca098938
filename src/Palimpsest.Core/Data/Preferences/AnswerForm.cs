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
}
