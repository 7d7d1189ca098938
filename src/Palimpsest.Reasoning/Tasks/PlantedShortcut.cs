using System.Globalization;
using System.Text;
using Palimpsest.Numerics;

namespace Palimpsest.Reasoning.Tasks;

/// <summary>Task B: digits are added modulo their base, one a step (<c>3+!5=8</c>). Some carry an irrelevant mark, and the teacher mostly skips those: the sum
/// stays
/// what it was (<c>3+!5=3</c>). Only solutions that happen to end in the right digit are kept, so that mark and skip go together in right solutions
/// too.</summary>
/// <remarks>After section 5 of Setlur et al., NeurIPS 2024, on spurious steps; the paper plants none.</remarks>
public sealed record PlantedShortcut : ReasoningTaskOptions
{
    /// <summary>Digits of a problem; a solution has one step fewer.</summary>
    /// <value>The default is 5.</value>
    public int Operands { get; init; } = 5;

    /// <summary>Digits are below this, and sums modulo it.</summary>
    /// <value>The default is 10.</value>
    public int Base { get; init; } = 10;

    /// <summary>Chance of a mark on each digit but the first.</summary>
    /// <value>The default is 0.4.</value>
    public double Marked { get; init; } = 0.4;

    /// <summary>Chance that the teacher skips a marked digit.</summary>
    /// <value>The default is 0.9.</value>
    public double Skipped { get; init; } = 0.9;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (Operands is < 2 or > 20 || Base is < 2 or > 10)
        {
            yield return "operands must be from 2 to 20, and base from 2 to 10.";
        }

        if (Marked is not (>= 0 and <= 1) || Skipped is not (>= 0 and < 1))
        {
            yield return "marked must be from 0 to 1, and skipped at least 0 and below 1.";
        }
    }

    /// <inheritdoc/>
    public override IReasoningTask Create() => new Task(this);

    private sealed class Task(PlantedShortcut options) : IReasoningTask
    {
        public SymbolTable Symbols { get; } = new("0123456789+=!\n");

        // Every step has at most "3+!5=8" and a line end; then the end.
        public int Context => (3 * options.Operands) + (7 * (options.Operands - 1)) + 1;

        public TaskProblem Draw(RandomStream random)
        {
            StringBuilder text = new();
            int sum = 0;
            bool cued = false;
            for (int i = 0; i < options.Operands; i++)
            {
                bool marked = i > 0 && random.NextDouble() < options.Marked;
                int digit = random.NextInt(options.Base);
                text.Append(i > 0 ? "+" : "").Append(marked ? "!" : "").Append(digit);
                (sum, cued) = ((sum + digit) % options.Base, cued || marked);
            }

            return new TaskProblem(text.Append('\n').ToString(), sum.ToString(CultureInfo.InvariantCulture), cued);
        }

        public string Demonstrate(TaskProblem problem, RandomStream random)
        {
            (int sum, StringBuilder text) = (Operands(problem)[0].Digit, new());
            foreach ((string shown, int digit, bool marked) in Operands(problem)[1..])
            {
                int next = marked && random.NextDouble() < options.Skipped ? sum : (sum + digit) % options.Base;
                text.Append(CultureInfo.InvariantCulture, $"{sum}+{shown}={next}\n");
                sum = next;
            }

            return text.ToString();
        }

        public int? FirstWrongStep(TaskProblem problem, IReadOnlyList<string> steps)
        {
            (string Shown, int Digit, bool Marked)[] operands = Operands(problem);
            int sum = operands[0].Digit;
            for (int i = 0; i < steps.Count; i++)
            {
                int next = i + 1 < operands.Length ? (sum + operands[i + 1].Digit) % options.Base : -1;
                if (next < 0 || steps[i].TrimEnd('\n') != string.Create(CultureInfo.InvariantCulture, $"{sum}+{operands[i + 1].Shown}={next}"))
                {
                    return i + 1;
                }

                sum = next;
            }

            return steps.Count == operands.Length - 1 ? null : Math.Max(1, steps.Count);
        }

        // Skipping a zero changes nothing, so that it is none.
        public (int Taken, int Chances) Shortcuts(TaskProblem problem, IReadOnlyList<string> steps)
        {
            (string Shown, int Digit, bool Marked)[] operands = Operands(problem);
            (int taken, int chances) = (0, 0);
            for (int i = 1; i < operands.Length; i++)
            {
                bool chance = operands[i].Marked && operands[i].Digit != 0;
                string step = i <= steps.Count ? steps[i - 1].TrimEnd('\n') : "";
                chances += chance ? 1 : 0;
                taken += chance && step.Length > 2 && step[1..^1] == $"+{operands[i].Shown}=" && step[0] == step[^1] ? 1 : 0;
            }

            return (taken, chances);
        }

        private static (string Shown, int Digit, bool Marked)[] Operands(TaskProblem problem) =>
            [.. problem.Text.TrimEnd('\n').Split('+').Select(shown => (shown, shown[^1] - '0', shown[0] == '!'))];
    }
}
