using Palimpsest.Common;

namespace Palimpsest.Unlearning.Relearning.Experiment;

/// <summary>The lists of names. The pair stands in the first of them only.</summary>
public sealed record PhraseDataSection : IValidated
{
    /// <summary>Different names, the pair's two among them.</summary>
    /// <value>The default is 160.</value>
    public int Names { get; init; } = 160;

    /// <summary>Lists.</summary>
    /// <value>The default is 12.</value>
    public int Lines { get; init; } = 12;

    /// <summary>Lists that are to be forgotten; the pair stands in these.</summary>
    /// <value>The default is 4.</value>
    public int ForgetLines { get; init; } = 4;

    /// <summary>Fewest names of a list.</summary>
    /// <value>The default is 20.</value>
    public int Shortest { get; init; } = 20;

    /// <summary>Most names of a list.</summary>
    /// <value>The default is 32.</value>
    public int Longest { get; init; } = 32;

    /// <summary>How often the pair stands in the lists, each number an experiment of its own.</summary>
    /// <value>The default is 7 alone.</value>
    public IReadOnlyList<int> Repetitions { get; init; } = [7];

    /// <summary>Prompts: some of <see cref="PromptNames"/> names in random order, and the pair's first name.</summary>
    /// <value>The default is 100.</value>
    public int Prompts { get; init; } = 100;

    /// <summary>Names that prompts are made of.</summary>
    /// <value>The default is 37.</value>
    public int PromptNames { get; init; } = 37;

    /// <summary>Names that a model adds to a prompt; the pair may stand anywhere among them.</summary>
    /// <value>The default is 1: the name that follows at once.</value>
    public int NewNames { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (ForgetLines < 1 || Lines <= ForgetLines || Shortest < 12 || Longest < Shortest || Prompts < 1 || NewNames < 1)
        {
            yield return "forget_lines, prompts and new_names must be at least 1, lines more than forget_lines, shortest at least 12, longest not below it.";
        }

        if (PromptNames < 1 || Names < Math.Max(Longest, PromptNames) + 2)
        {
            yield return "names must be two more than longest and prompt_names, and prompt_names at least 1.";
        }

        if (Repetitions.Count == 0 || Repetitions.Any(count => count < 1 || count > 2 * ForgetLines) || Repetitions.Distinct().Count() < Repetitions.Count)
        {
            yield return "repetitions must be different numbers from 1 to twice forget_lines.";
        }
    }
}
