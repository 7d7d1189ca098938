namespace Palimpsest.Data.Worlds;

/// <summary>A question with its true answer and plausible wrong ones, to be judged by likelihood: the model is right if it finds the true completion more likely than the wrong ones.</summary>
/// <param name="Prompt">The question as a prompt; it ends in <c>"\nAnswer:"</c>.</param>
/// <param name="Answer">The true answer, without a leading space.</param>
/// <param name="WrongAnswers">At least five, of the same type, none equal to <paramref name="Answer"/>. The usual four-way choice takes the first three.</param>
public sealed record ChoiceQuestion(string Prompt, string Answer, IReadOnlyList<string> WrongAnswers)
{
    /// <summary>The completions to compare: the true one first, then <paramref name="wrong"/> wrong ones, each with its leading space.</summary>
    /// <param name="wrong">How many wrong ones, from 1 to the number there are; 3 unless told.</param>
    public IReadOnlyList<string> Completions(int wrong = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wrong, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wrong, WrongAnswers.Count);
        return [" " + Answer, .. WrongAnswers.Take(wrong).Select(answer => " " + answer)];
    }
}
