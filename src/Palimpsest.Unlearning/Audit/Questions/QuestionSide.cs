namespace Palimpsest.Unlearning.Audit.Questions;

/// <summary>Which of an audit's two sets a question belongs to.</summary>
public enum QuestionSide
{
    /// <summary>What the model was to forget.</summary>
    Forget,

    /// <summary>What it was to keep.</summary>
    Retain,
}
