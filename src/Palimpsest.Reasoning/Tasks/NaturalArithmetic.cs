using System.Globalization;
using System.Text;
using Palimpsest.Numerics;

namespace Palimpsest.Reasoning.Tasks;

/// <summary>Task A: a sum of products of two digits, modulo 10, one operation a step (<c>3*4=2</c>): products as the sum comes to them, or all of them
/// first. Any order is accepted. Only the last line is verified, so that wrong steps which cancel each other are kept: lucky solutions.</summary>
/// <remarks>The digits are learnt at once; what is hard is to find the operands of the next step. Every place that they can stand at adds to it, by the number
/// of digits, by single ones between the products, and by the order: with one of each, 250 demonstrations are enough.</remarks>
public sealed record NaturalArithmetic : ReasoningTaskOptions
{
    /// <summary>Fewest digits of a problem; a solution has one step fewer.</summary>
    /// <value>The default is 9.</value>
    public int Fewest { get; init; } = 9;

    /// <summary>Most digits of a problem.</summary>
    /// <value>The default is 12.</value>
    public int Most { get; init; } = 12;

    /// <summary>Chance that a digit begins a product; others are added as they are.</summary>
    /// <value>The default is 1.</value>
    public double Products { get; init; } = 1;

    /// <inheritdoc/>
    public override IEnumerable<string> Problems()
    {
        if (Fewest < 2 || Most < Fewest || Most > 20)
        {
            yield return "fewest must be at least 2, and most from fewest to 20.";
        }

        if (Products is not (>= 0 and <= 1))
        {
            yield return "products must be from 0 to 1.";
        }
    }

    /// <inheritdoc/>
    public override IReasoningTask Create() => new Task(this);

    private sealed class Task(NaturalArithmetic options) : IReasoningTask
    {
        public SymbolTable Symbols { get; } = new("0123456789+*=\n");

        // Every step is "3+5=8" and a line end; then the end.
        public int Context => (2 * options.Most) + (6 * (options.Most - 1)) + 1;

        public TaskProblem Draw(RandomStream random)
        {
            int left = options.Fewest + random.NextInt(options.Most - options.Fewest + 1);
            List<int[]> terms = [];
            for (; left > 0; left -= terms[^1].Length)
            {
                terms.Add(left > 1 && random.NextDouble() < options.Products ? [random.NextInt(10), random.NextInt(10)] : [random.NextInt(10)]);
            }

            string text = string.Join('+', terms.Select(term => string.Join('*', term))) + "\n";
            return new TaskProblem(text, (terms.Sum(Product) % 10).ToString(CultureInfo.InvariantCulture), false);
        }

        public string Demonstrate(TaskProblem problem, RandomStream random)
        {
            bool productsFirst = random.NextInt(2) == 1;
            StringBuilder products = new(), sums = new();
            StringBuilder multiplied = productsFirst ? products : sums;
            int? sum = null;
            foreach (int[] term in Terms(problem))
            {
                int value = Product(term);
                if (term.Length > 1)
                {
                    multiplied.Append(CultureInfo.InvariantCulture, $"{term[0]}*{term[1]}={value}\n");
                }

                if (sum is int before)
                {
                    sums.Append(CultureInfo.InvariantCulture, $"{before}+{value}={(before + value) % 10}\n");
                }

                sum = ((sum ?? 0) + value) % 10;
            }

            return products.Append(sums).ToString();
        }

        public int? FirstWrongStep(TaskProblem problem, IReadOnlyList<string> steps)
        {
            List<int[]> products = [.. Terms(problem).Where(term => term.Length > 1)];
            List<int> values = [.. Terms(problem).Where(term => term.Length == 1).Select(term => term[0])];
            for (int i = 0; i < steps.Count; i++)
            {
                if (steps[i].TrimEnd('\n') is not [>= '0' and <= '9' and char a, ('+' or '*') and char sign, >= '0' and <= '9' and char b, '=',
                    >= '0' and <= '9' and char c]
                    || !(sign == '*' ? TakeProduct(products, a - '0', b - '0') : TakeValues(values, a - '0', b - '0'))
                    || c - '0' != (sign == '*' ? (a - '0') * (b - '0') : a - '0' + (b - '0')) % 10)
                {
                    return i + 1;
                }

                values.Add(c - '0');
            }

            return products.Count == 0 && values.Count == 1 ? null : Math.Max(1, steps.Count);
        }

        public (int Taken, int Chances) Shortcuts(TaskProblem problem, IReadOnlyList<string> steps) => (0, 0);

        private static bool TakeProduct(List<int[]> products, int a, int b)
        {
            int place = products.FindIndex(term => (term[0] == a && term[1] == b) || (term[0] == b && term[1] == a));
            if (place >= 0)
            {
                products.RemoveAt(place);
            }

            return place >= 0;
        }

        private static bool TakeValues(List<int> values, int a, int b) => values.Remove(a) && values.Remove(b);

        private static int Product(int[] term) => term.Length == 1 ? term[0] : term[0] * term[1] % 10;

        private static List<int[]> Terms(TaskProblem problem) =>
            [.. problem.Text.TrimEnd('\n').Split('+').Select(term => term.Split('*').Select(digit => digit[0] - '0').ToArray())];
    }
}
