using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Numerics;

namespace Palimpsest.Unlearning.Approximate;

/// <summary>Other answers to the prompts of forget rows: refusals drawn anew each time, or plausible ones that are given.</summary>
internal static class OtherAnswers
{
    /// <summary>Refusals for data that brings none.</summary>
    public static IReadOnlyList<string> Refusals { get; } =
    [
        "I don't know.", "I do not know the answer to that.", "I have no information about this.", "I am not sure about that.", "That is not something I know.",
        "I can't help with this question.", "I have never learnt about this.", "I don't have an answer for you.", "This is unknown to me.",
        "I couldn't tell you.", "I have nothing to say about this.", "My knowledge does not cover that.", "I am unable to answer this.",
        "I would need to look that up elsewhere.", "I don't have any details on this.", "Sorry, I can't say.",
    ];

    /// <summary>One refusal for a row, drawn from a list, with the blanks before the row's own answer.</summary>
    public static Func<int, RandomStream, IReadOnlyList<TokenSequence>> Refusing(EncodedList forget, IReadOnlyList<string> refusals) => (item, random) =>
        [With(forget, item, random.Pick(refusals))];

    /// <summary>The answers that rows of another source give to the same prompt.</summary>
    /// <exception cref="PalimpsestException">A prompt has none, or fewer than others.</exception>
    public static Func<int, RandomStream, IReadOnlyList<TokenSequence>> Given(EncodedList forget, IExampleSource answers)
    {
        ILookup<string, string> byPrompt = answers.From(0).Select(item => item.Example).ToLookup(example => example.Prompt, example => example.Completion,
            StringComparer.Ordinal);
        int wanted = byPrompt[forget.Example(0).Prompt].Count();
        for (int i = 0; i < forget.Count; i++)
        {
            string prompt = forget.Example(i).Prompt;
            if (byPrompt[prompt].Count() is int found && (found != wanted || found == 0))
            {
                throw new PalimpsestException($"{answers.Name}: {found} other answers belong to the prompt \"{prompt[..Math.Min(60, prompt.Length)]}\", and "
                    + $"{wanted} to the first one. Give each prompt of the forget set the same number, at least one, spelt as it is there.");
            }
        }

        return (item, _) => [.. byPrompt[forget.Example(item).Prompt].Select(answer => With(forget, item, answer))];
    }

    private static TokenSequence With(EncodedList forget, int item, string answer)
    {
        TextExample example = forget.Example(item);
        if (example.Messages is not null)
        {
            throw new PalimpsestException("Other answers are put behind prompts; the forget set holds chats. Give it as rows of prompt and completion.");
        }

        string own = example.Completion, blanks = own[..^own.TrimStart().Length];
        return forget.Encode(example with { Completion = blanks + answer.TrimStart() });
    }
}
