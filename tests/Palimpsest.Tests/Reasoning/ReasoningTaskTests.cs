using Palimpsest.Numerics;
using Palimpsest.Reasoning.Tasks;

namespace Palimpsest.Tests.Reasoning;

/// <summary>Generated tasks: their teachers, and the check of every step.</summary>
public sealed class ReasoningTaskTests
{
    [Fact]
    public void NaturalArithmetic_TheTeacher_IsRightInEveryStep()
    {
        IReasoningTask task = new NaturalArithmetic().Create();
        Assert.InRange(task.Symbols.Count, 1, 63);
        HashSet<int> lengths = [];
        for (int i = 0; i < 200; i++)
        {
            RandomStream random = new(i);
            TaskProblem problem = task.Draw(random);
            string solution = task.Demonstrate(problem, random);
            Assert.Null(task.FirstWrongStep(problem, TaskAnswer.Lines(solution)));
            Assert.Equal(problem.Answer, TaskAnswer.Of(solution));
            Assert.InRange(task.Symbols.Encode(problem.Text + solution).Length + 1, 1, task.Context);
            lengths.Add(TaskAnswer.Lines(solution).Length);
        }

        Assert.Equal([8, 9, 10, 11], lengths.Order());
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
