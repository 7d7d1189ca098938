using Palimpsest.Numerics;
using Palimpsest.Reasoning.Tasks;

namespace Palimpsest.Tests.Reasoning;

/// <summary>Generated tasks: their teachers, and the check of every step.</summary>
public sealed class ReasoningTaskTests
{
    [Fact]
    public void NaturalArithmetic_TheTeacher_IsRightInEveryStep()
    {
        Assert.Equal([8, 9, 10, 11], StepsOf(new NaturalArithmetic()));
        Assert.Equal([4, 5], StepsOf(new NaturalArithmetic { Fewest = 5, Most = 6, Products = 0.3 }));
    }

    [Fact]
    public void NaturalArithmetic_TheTeacher_TakesProductsAsTheyComeOrAllFirst()
    {
        IReasoningTask task = new NaturalArithmetic().Create();
        TaskProblem problem = new("3*4+5*2+7*3\n", "3", false);
        string[] ways = [.. Enumerable.Range(0, 40).Select(i => task.Demonstrate(problem, new RandomStream(i))).Distinct().Order()];
        Assert.Equal(["3*4=2\n5*2=0\n2+0=2\n7*3=1\n2+1=3\n", "3*4=2\n5*2=0\n7*3=1\n2+0=2\n2+1=3\n"], ways);
    }

    [Fact]
    public void StarGraph_TheTeacher_FollowsTheEdgesToTheGoal()
    {
        StarGraph options = new() { Degree = 3, Length = 2, Nodes = 9 };
        Assert.Equal([2], StepsOf(options));
        IReasoningTask task = options.Create();
        int first = 0;
        for (int i = 0; i < 100; i++)
        {
            TaskProblem problem = task.Draw(new RandomStream(i));
            string[] parts = problem.Text.TrimEnd('\n').Split('/'), edges = parts[0].Split('|');
            Assert.Equal(6, edges.Distinct().Count());
            Assert.Equal(parts[1][1], problem.Answer[^1]);
            Assert.Contains($"{parts[1][0]}{problem.Answer[0]}", edges);
            Assert.Contains(problem.Answer, edges);
            first += Array.IndexOf(edges, $"{parts[1][0]}{problem.Answer[0]}") < 3 ? 1 : 0;
        }

        Assert.InRange(first, 20, 80); // the edges are in no order that tells the way
    }

    [Theory]
    [InlineData("b\nd\n", "bd", null)]
    [InlineData("c\nd\n", "cd", 1)] // the other arm, and then a jump to the goal
    [InlineData("b\ne\n", "be", 2)]
    [InlineData("b\n", "b", 1)] // breaks off
    [InlineData("b\nd\nd\n", "bdd", 3)] // goes on
    [InlineData("b\nd", null, null)] // no line end: no answer
    [InlineData("bd\n", null, 1)]
    [InlineData("", null, 1)]
    public void StarGraph_WaysAreJudgedWholeAndStepByStep(string solution, string? answer, int? wrong)
    {
        IReasoningTask task = new StarGraph { Length = 2 }.Create();
        Assert.Equal(answer, task.AnswerOf(solution));
        Assert.Equal(wrong, task.FirstWrongStep(new TaskProblem("ab|ac|bd|ce/ad\n", "bd", false), TaskAnswer.Lines(solution)));
    }

    [Theory]
    [InlineData("3*4+5+2\n", "3*4=2|2+5=7|7+2=9", null)]
    [InlineData("3*4+5+2\n", "5+2=7|4*3=2|7+2=9", null)] // another order, and turned around
    [InlineData("3*4+5+2\n", "3*4=2|2+5=8|8+2=0", 2)] // a wrong sum
    [InlineData("3*4+5+2\n", "3*4=3|3+5=8|8+2=0", 1)] // a wrong product
    [InlineData("3*4+5+2\n", "3*4=2|2+6=8|8+2=0", 2)] // a digit that is not there
    [InlineData("3*4+5+2\n", "3+4=7|7+5=2|2+2=4", 1)] // a product taken for a sum
    [InlineData("3*4+5+2\n", "3*4=2|2+5=7", 2)] // breaks off
    [InlineData("3*4+5+2\n", "3*4=2|2+5=7|7+2=9|9+0=9", 4)] // goes on
    [InlineData("3*4+5+2\n", "what", 1)]
    [InlineData("3*4+5+2\n", "", 1)]
    public void NaturalArithmetic_AnyOrder_IsAccepted(string text, string steps, int? wrong) => Assert.Equal(wrong,
        new NaturalArithmetic().Create().FirstWrongStep(new TaskProblem(text, "9", false), steps.Split('|', StringSplitOptions.RemoveEmptyEntries)));

    [Theory]
    [InlineData("3+!5+2+!0\n", "3+!5=8|8+2=0|0+!0=0", null, 0, 1)]
    [InlineData("3+!5+2+!0\n", "3+!5=3|3+2=5|5+!0=5", 1, 1, 1)]
    [InlineData("3+!5+2+!0\n", "3+5=8|8+2=0|0+!0=0", 1, 0, 1)] // the mark is left out
    [InlineData("3+!5+2+!7\n", "3+!5=8|8+2=0|0+!7=0", 3, 1, 2)]
    [InlineData("3+!5+2+!7\n", "3+!5=8", 1, 0, 2)] // breaks off
    public void PlantedShortcut_SkippedDigits_AreFound(string text, string steps, int? wrong, int taken, int chances)
    {
        IReasoningTask task = new PlantedShortcut { Operands = 4 }.Create();
        TaskProblem problem = new(text, "0", true);
        Assert.Equal(wrong, task.FirstWrongStep(problem, steps.Split('|')));
        Assert.Equal((taken, chances), task.Shortcuts(problem, steps.Split('|')));
    }

    [Fact]
    public void Demonstrations_AreRightInTheEnd_AndMarksGoWithShortcuts()
    {
        IReasoningTask task = new PlantedShortcut().Create();
        IReadOnlyList<(TaskProblem Problem, string Solution)> kept = new TaskData(task, 3).Demonstrations(400);
        Assert.All(kept, own => Assert.Equal(own.Problem.Answer, TaskAnswer.Of(own.Solution)));
        (int Taken, int Chances)[] shortcuts = [.. kept.Select(own => task.Shortcuts(own.Problem, TaskAnswer.Lines(own.Solution)))];
        Assert.True(shortcuts.Sum(own => own.Taken) > shortcuts.Sum(own => own.Chances) / 4); // two skips can cancel each other
        Assert.Equal(kept.Take(100), new TaskData(task, 3).Demonstrations(100)); // few are the first of many
        Assert.Throws<PalimpsestException>(() => new TaskData(new Hopeless(task), 3).Demonstrations(1));
    }

    /// <summary>The numbers of steps of a teacher that is right in each of them.</summary>
    private static int[] StepsOf(ReasoningTaskOptions options)
    {
        IReasoningTask task = options.Create();
        Assert.InRange(task.Symbols.Count, 1, 63);
        HashSet<int> lengths = [];
        for (int i = 0; i < 200; i++)
        {
            RandomStream random = new(i);
            TaskProblem problem = task.Draw(random);
            string solution = task.Demonstrate(problem, random);
            Assert.Null(task.FirstWrongStep(problem, TaskAnswer.Lines(solution)));
            Assert.Equal(problem.Answer, task.AnswerOf(solution));
            Assert.InRange(task.Symbols.Encode(problem.Text + solution).Length + 1, 1, task.Context);
            lengths.Add(TaskAnswer.Lines(solution).Length);
        }

        return [.. lengths.Order()];
    }

    private sealed class Hopeless(IReasoningTask task) : IReasoningTask
    {
        public SymbolTable Symbols => task.Symbols;

        public int Context => task.Context;

        public TaskProblem Draw(RandomStream random) => new("1+1\n", "2", false);

        public string Demonstrate(TaskProblem problem, RandomStream random) => "1+1=3\n";

        public int? FirstWrongStep(TaskProblem problem, IReadOnlyList<string> steps) => 1;

        public (int Taken, int Chances) Shortcuts(TaskProblem problem, IReadOnlyList<string> steps) => (0, 0);
    }
}
