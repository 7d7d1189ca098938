namespace Palimpsest.Cascades.Predictors;

/// <summary>How a model that was not trained for it is asked whether its own answer is right: examples of both verdicts before it, as AutoMix has it.</summary>
public static class SelfCheck
{
    private const string Examples = "Question: What is 2 + 2?\nAnswer: 4\nThe answer is Correct\n\n"
        + "Question: Which month comes after May?\nAnswer: August\nThe answer is Incorrect\n\n"
        + "Question: What is the opposite of hot?\nAnswer: cold\nThe answer is Correct\n\n"
        + "Question: How many legs has a spider?\nAnswer: six\nThe answer is Incorrect\n\n";

    /// <summary>What is written for an answer that is found right, and for one that is not.</summary>
    public static (string Right, string Wrong) Words => (" Correct", " Incorrect");

    /// <summary>The prompt.</summary>
    /// <param name="question">The question.</param>
    /// <param name="answer">The model's answer.</param>
    public static string Prompt(string question, string answer) => $"{Examples}Question: {question}\nAnswer: {answer}\nThe answer is";
}
